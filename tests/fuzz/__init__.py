"""Every decoder of the program against what no sender should send.

`decoders.py` is the one table: each decoder, true messages for it, and what must hold whatever
comes. `test_fuzz.py` runs all of it in CI. To search longer, guided by coverage:

    pip install -e '.[test]' atheris
    python -m tests.fuzz frames             # until it finds something, or Ctrl-C
    python -m tests.fuzz --replay frames FILE_OR_BASE64
"""

"""Benchmarks: what a message, a pane update and a painted change cost; `python -m tests.bench`.

Each is a ratio against something measured in the same run on the same machine, because figures
in microseconds say more about the machine than about the program.
"""

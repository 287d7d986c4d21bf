"""A real OpenSSH server on loopback, with keys, config and a home of its own in one folder."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.held_port import HeldPort
from tests.processes import command, processes_with
from tests.terminal_emulator import Emulated

SERVER = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
INSTALLED = bool(SERVER and shutil.which("ssh"))
PROGRAM = shlex.join(command())
_SOURCE = Path(__file__).parent.parent
_MARK = "TRADEX_TEST_SSHD"
# Without it the server does not start as root; Debian's own service makes it at every start.
_PRIVILEGE_SEPARATION = Path("/run/sshd")
_CONFIG = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
PrintMotd no
Subsystem sftp internal-sftp
ClientAliveInterval {patience}
ClientAliveCountMax 1
SetEnv HOME={folder}/home LC_ALL=C.UTF-8 PYTHONPATH={path} {mark}={folder}
"""


class Sshd:
    """Runs between `__enter__` and `__exit__`; sessions are at home in `home`.

    A login with the key "free" may do all that its user may; one with "desk" is confined by the
    line of authorized_keys that README recommends, to `tradex-tui demo`. A client that is silent
    for twice `patience` seconds is given up; 0 is never.
    """

    def __init__(self, folder: Path, patience: int = 0) -> None:
        self.home = folder / "home"
        self._port = HeldPort()
        self._folder = folder
        self._log = folder / "log"
        self._patience = patience

    def __enter__(self) -> Self:
        self._write_files()
        if os.getuid() == 0:
            _PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
        assert SERVER
        self._process = subprocess.Popen(
            [SERVER, "-D", "-f", str(self._folder / "config"), "-E", str(self._log)]
        )
        self._wait_until_it_listens()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait()

    @property
    def port(self) -> int:
        return self._port.number

    @property
    def login(self) -> str:
        return f"{pwd.getpwuid(os.getuid()).pw_name}@127.0.0.1"

    def options(self, key: str, port: int | None = None) -> list[str]:
        """How ssh and scp reach this server, or another `port` of this machine in its place."""
        return ["-F", "none", "-i", str(self._folder / key), *(
            f"-o{option}" for option in (
                f"Port={port or self.port}", "IdentitiesOnly=yes", "BatchMode=yes",
                f"UserKnownHostsFile={self._folder}/known_hosts", "HostKeyAlias=desk",
            )
        )]  # fmt: skip

    def session(
        self,
        *words: str,
        key: str = "free",
        port: int | None = None,
        environ: Mapping[str, str] = {},
    ) -> Emulated:
        """The client in a terminal; it asks for one there too, and for `words` to be run."""
        program = ["ssh", "-tt", *self.options(key, port), self.login]
        return Emulated(self.home, *words, program=program, environ=environ)

    def processes(self) -> dict[int, str]:
        """What its sessions left running or still run: process ids, and what they are."""
        return processes_with(f"{_MARK}={self._folder}")

    def session_servers(self) -> list[int]:
        """The process ids of the servers of the sessions under way."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def _write_files(self) -> None:
        self.home.mkdir()
        for name in ("host", "free", "desk"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self._folder / name)],
                check=True,
            )
        host, free, desk = (self._public(name) for name in ("host", "free", "desk"))
        self._write("known_hosts", f"desk {host}")
        self._write("authorized_keys", f'{free}\nrestrict,pty,command="{PROGRAM} demo" {desk}\n')
        config = _CONFIG.format(
            port=self.port, folder=self._folder, path=_SOURCE, mark=_MARK, patience=self._patience
        )
        self._write("config", config)

    def _public(self, name: str) -> str:
        return (self._folder / f"{name}.pub").read_text().strip()

    def _write(self, name: str, text: str) -> None:
        (self._folder / name).write_text(text)

    def _wait_until_it_listens(self) -> None:
        ends = time.monotonic() + 20
        while "Server listening" not in (self._log.read_text() if self._log.exists() else ""):
            assert time.monotonic() < ends, f"sshd does not start, see {self._log}"
            time.sleep(0.02)  # between two looks

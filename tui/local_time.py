"""The clock on this machine's wall, with its summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


class LocalTime(tzinfo):
    """The machine's own time zone by its rules for each moment, as a program may run for months.

    `datetime.now().astimezone().tzinfo` is the offset of one moment, which a clock change ends.
    """

    def fromutc(self, dt: datetime) -> datetime:
        return dt.replace(tzinfo=UTC).astimezone().replace(tzinfo=self)

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return _placed(dt).utcoffset()

    def dst(self, dt: datetime | None) -> timedelta | None:
        return _placed(dt).dst()

    def tzname(self, dt: datetime | None) -> str | None:
        return _placed(dt).tzname()


def _placed(moment: datetime | None) -> datetime:
    """The moment, or now, with the fixed offset that is in force then."""
    naive = moment.replace(tzinfo=None) if moment else datetime.now()
    return naive.astimezone()

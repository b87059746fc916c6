"""Stores by their homes, for tests that look behind the promise."""

from __future__ import annotations

from typing import TypeAlias

from earmark.stores.postgres.home import PostgresHome
from earmark.stores.segmented import SegmentedStore
from earmark.stores.sqlite.home import SqliteHome

OnDisk: TypeAlias = SegmentedStore[SqliteHome]
"""In a folder or in a single file."""

InPostgres: TypeAlias = SegmentedStore[PostgresHome]

"""What a namespace holds: sessions, journal, quotas, armed faults, clock, ids, snapshots."""

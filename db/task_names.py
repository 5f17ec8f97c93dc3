"""Names of the tasks that workers know. Who asks for one sends its name and ids; nobody imports a worker."""

ENSURE_PARTITIONS = "upkeep.ensure_partitions"
DROP_OLD_SIGNALS = "upkeep.drop_old_signals"
DROP_OLD_RAW = "upkeep.drop_old_raw"
DROP_OLD_DEAD_LETTERS = "upkeep.drop_old_dead_letters"
END_SESSIONS = "upkeep.end_sessions"
CHECK_AUDIT_LOG = "upkeep.check_audit_log"

-- Every statement of the server: a name, one line about it, the statement.

-- name: add_key
-- Keep a key's hash.
INSERT INTO keys (id, name, scope, digest, created_at)
VALUES (:id, :name, :scope, :digest, :created_at);

-- name: keys
-- Every key, oldest first.
SELECT id, name, scope, created_at FROM keys ORDER BY created_at, id;

-- name: remove_key
-- Forget a key, and with it its sessions.
DELETE FROM keys WHERE id = :id;

-- name: key_by_digest
-- The key with this hash.
SELECT id, name, scope, created_at FROM keys WHERE digest = :digest;

-- name: add_session
-- Keep a session's hash.
INSERT INTO sessions (digest, key_id, expires_at) VALUES (:digest, :key_id, :expires_at);

-- name: key_by_session
-- The key of a session that has not expired.
SELECT keys.id, keys.name, keys.scope, keys.created_at
FROM sessions JOIN keys ON keys.id = sessions.key_id
WHERE sessions.digest = :digest AND sessions.expires_at > :now;

-- name: remove_session
-- End a session.
DELETE FROM sessions WHERE digest = :digest;

-- name: expire_sessions
-- Forget sessions that have expired.
DELETE FROM sessions WHERE expires_at <= :now;

-- name: put_task
-- Queue a task unless too many wait.
INSERT INTO tasks (id, kind, request, state, created_at)
SELECT :id, :kind, :request, 'queued', :now
WHERE (SELECT count(*) FROM tasks WHERE state = 'queued') < :most;

-- name: task
-- One task.
SELECT * FROM tasks WHERE id = :id;

-- name: tasks
-- A page of tasks, latest first, before a number; the task that had it may be forgotten.
SELECT * FROM tasks
WHERE (:state IS NULL OR state = :state) AND (:kind IS NULL OR kind = :kind)
    AND (:before IS NULL OR number < :before)
ORDER BY number DESC
LIMIT :page;

-- name: claim_task
-- Give the oldest task that waits to a worker.
UPDATE tasks SET
    state = 'running', attempts = attempts + 1, started_at = :now, worker = :worker,
    done = NULL, total = NULL
WHERE id = (SELECT id FROM tasks WHERE state = 'queued' ORDER BY number LIMIT 1)
RETURNING *;

-- name: note_progress
-- Note how far a task is, if this attempt still has it.
UPDATE tasks SET done = :done, total = :total
WHERE id = :id AND state = 'running' AND attempts = :attempts;

-- name: finish_task
-- Write down what came of a task, if this attempt still has it.
UPDATE tasks SET state = :state, finished_at = :now, result = :result, error = :error
WHERE id = :id AND state = 'running' AND attempts = :attempts;

-- name: requeue_task
-- Let a task wait again, if this attempt still has it.
UPDATE tasks SET state = 'queued', started_at = NULL, worker = NULL, done = NULL, total = NULL
WHERE id = :id AND state = 'running' AND attempts = :attempts;

-- name: cancel_task
-- Cancel a task that waits or runs.
UPDATE tasks SET state = 'cancelled', finished_at = :now
WHERE id = :id AND state IN ('queued', 'running');

-- name: running_tasks
-- Every task that runs, or that was running when its worker died.
SELECT * FROM tasks WHERE state = 'running' ORDER BY number;

-- name: count_tasks
-- How many tasks there are in each state.
SELECT state, count(*) AS tasks FROM tasks GROUP BY state;

-- name: expired_tasks
-- Tasks that ended before a moment.
SELECT * FROM tasks WHERE finished_at < :moment ORDER BY number LIMIT 1000;

-- name: drop_task
-- Forget a task that has ended.
DELETE FROM tasks WHERE id = :id AND finished_at IS NOT NULL;

-- name: put_trash
-- Note that a track is kept to be restored.
INSERT OR REPLACE INTO trash (id, track, size_bytes, deleted_at)
VALUES (:id, :track, :size_bytes, :deleted_at);

-- name: trash
-- Deleted tracks, latest first, before a number; the track that had it may be restored.
SELECT * FROM trash
WHERE deleted_at > :since AND (:before IS NULL OR number < :before)
ORDER BY number DESC
LIMIT :page;

-- name: all_trash
-- Every deleted track, oldest first.
SELECT * FROM trash ORDER BY number;

-- name: trash_by_id
-- One deleted track.
SELECT * FROM trash WHERE id = :id;

-- name: drop_trash
-- Forget a deleted track.
DELETE FROM trash WHERE id = :id;

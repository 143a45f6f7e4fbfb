"""The wake-up of workers for jobs, apart from the jobs themselves, whose parser of ADQL is slow to import."""

from common.hooks import Hook

wake_worker: Hook[[], None] = Hook("wake a worker for a job that was just queued")

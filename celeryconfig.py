"""The settings of Celery. Messages only wake workers: the database holds the truth, so nothing here guards them."""

from celery.schedules import crontab
from django.conf import settings
from kombu import Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES

SUBMISSION_SWEEP_SECONDS = 30
REQUEST_SWEEP_SECONDS = 600
AUDIT_SECONDS = 60.0
EVENT_SWEEP_SECONDS = 5
# Beat's clock says when a sweep expires, and the worker's whether it has: they need not agree better than workers'
# clocks among themselves. A sweep that comes late finds nothing to do.
SWEEP_EXPIRES_SECONDS = max(settings.ORDER_LEASE_SECONDS, settings.ORDER_SWEEP_SECONDS)
SUBMISSION_SWEEP_EXPIRES_SECONDS = max(settings.ORDER_LEASE_SECONDS, SUBMISSION_SWEEP_SECONDS)
EVENT_SWEEP_EXPIRES_SECONDS = max(settings.ORDER_LEASE_SECONDS, EVENT_SWEEP_SECONDS)

broker_url = settings.CELERY_BROKER_URL
broker_connection_retry_on_startup = True
broker_connection_max_retries = None  # A worker waits for its broker for as long as it takes.
TRANSPORT_ALIASES["filesystem"] = "common.folder_broker:Transport"
if broker_url.startswith("filesystem"):
    for folder in ("messages", "control"):
        (settings.LOCAL_ROOT / "celery" / folder).mkdir(parents=True, exist_ok=True)
    broker_transport_options = {
        "data_folder_in": settings.LOCAL_ROOT / "celery" / "messages",
        "data_folder_out": settings.LOCAL_ROOT / "celery" / "messages",
        "control_folder": settings.LOCAL_ROOT / "celery" / "control",
        "polling_interval": 0.02,
    }
    # Remote control needs a broker that broadcasts, which a folder does badly: its files would pile up.
    worker_enable_remote_control = False
elif broker_url.startswith("redis"):
    # Notice a broker that vanished without closing the connection (failover, a firewall that dropped it).
    broker_transport_options = {"socket_timeout": 10, "socket_connect_timeout": 5, "socket_keepalive": True}
broker_heartbeat = 30  # The same for RabbitMQ.

task_default_queue = "ingest"
_QUEUES = ("ingest", "svo", "mail", "webhooks", "keeper", "tap")
task_queues = [Queue(name, Exchange(name), routing_key=name) for name in _QUEUES]
task_ignore_result = True
task_publish_retry = True  # Beat replaces a lost connection to RabbitMQ only when it tries again. Wake-ups do not wait.
# Celery closes the connection to the database before and after each task, and a new one costs as much as an unchanged
# cube. It reads this name only, in capital letters. `config.celery` has the connection checked before each task.
CELERY_DB_REUSE_MAX = 1000
task_serializer = "json"
accept_content = ["json"]

# A process that has grown is replaced between orders, long before its limit makes orders fail. In KiB.
worker_max_memory_per_child = settings.WORKER_MEMORY_LIMIT_MB * 1024 // 2
worker_proc_alive_timeout = 60  # The default, 4 s, kills new processes again and again on a machine that is busy.
worker_prefetch_multiplier = 1  # A worker that is busy must not sit on wake-ups for the others.
worker_hijack_root_logger = False
worker_send_task_events = False
# For work that is stuck where no exception reaches it; `workorders.worker` sees to the limit itself.
task_time_limit = 1.1 * settings.ORDER_TIME_LIMIT_SECONDS + 5

task_routes = {
    "svo.tasks.*": {"queue": "svo"},
    "datacubes.tasks.update_vocabularies": {"queue": "svo"},  # Those of this queue have the way out.
    "common.mail.tasks.*": {"queue": "mail"},
    "vo.tasks.*": {"queue": "tap"},
    "accounts.tasks.*": {"queue": "mail"},
    "accounts.access_requests.tasks.*": {"queue": "mail"},
    "keeper.tasks.*": {"queue": "keeper"},
    "keeper.events.tasks.*": {"queue": "webhooks"},
    "keeper.webhooks.tasks.*": {"queue": "webhooks"},
}

timezone = "UTC"
beat_schedule_filename = str(settings.LOCAL_ROOT / "celerybeat-schedule")
beat_schedule = {
    "sweep": {
        "task": "workorders.tasks.sweep",
        "schedule": settings.ORDER_SWEEP_SECONDS,
        "options": {"expires": SWEEP_EXPIRES_SECONDS},
    },
    "sweep of submissions": {
        "task": "svo.tasks.sweep_submissions",
        "schedule": SUBMISSION_SWEEP_SECONDS,
        "options": {"expires": SUBMISSION_SWEEP_EXPIRES_SECONDS},
    },
    "sweep of mail": {
        "task": "common.mail.tasks.sweep_mail",
        "schedule": SUBMISSION_SWEEP_SECONDS,
        "options": {"expires": SUBMISSION_SWEEP_EXPIRES_SECONDS},
    },
    "sweep of reset requests": {
        "task": "accounts.tasks.sweep_reset_requests",
        "schedule": SUBMISSION_SWEEP_SECONDS,
        "options": {"expires": SUBMISSION_SWEEP_EXPIRES_SECONDS},
    },
    "sweep of TAP jobs": {
        "task": "vo.tasks.sweep_jobs",
        "schedule": SUBMISSION_SWEEP_SECONDS,
        "options": {"expires": SUBMISSION_SWEEP_EXPIRES_SECONDS},
    },
    "accounts": {"task": "accounts.tasks.look_after_accounts", "schedule": crontab(minute=20)},
    "sweep of requests for access": {
        "task": "accounts.access_requests.tasks.sweep_access_requests",
        "schedule": REQUEST_SWEEP_SECONDS,
        "options": {"expires": max(settings.ORDER_LEASE_SECONDS, REQUEST_SWEEP_SECONDS)},
    },
    "new events": {
        "task": "keeper.events.tasks.number_events",
        "schedule": EVENT_SWEEP_SECONDS,
        "options": {"expires": EVENT_SWEEP_EXPIRES_SECONDS},
    },
    # The day changes once, but a task that is lost at that time would be missed for a day.
    "release days": {"task": "keeper.events.tasks.note_release_days", "schedule": crontab(minute=1)},
    "sweep of webhooks": {
        "task": "keeper.webhooks.tasks.sweep_deliveries",
        "schedule": EVENT_SWEEP_SECONDS,
        "options": {"expires": EVENT_SWEEP_EXPIRES_SECONDS},
    },
    "old events": {"task": "keeper.events.tasks.prune_events", "schedule": crontab(hour=4, minute=25)},
    "old deliveries": {"task": "keeper.webhooks.tasks.prune_deliveries", "schedule": crontab(hour=4, minute=35)},
    "synchronisation with the SVO": {
        "task": "svo.tasks.synchronise_with_svo",
        "schedule": crontab(hour=settings.SVO_SYNC_HOUR, minute=0),
    },
    "old runs of orders": {"task": "workorders.tasks.prune_history", "schedule": crontab(hour=4, minute=15)},
    "vocabularies of tags": {  # Before the synchronisation, which sends the new tags.
        "task": "datacubes.tasks.update_vocabularies",
        "schedule": crontab(hour=(settings.SVO_SYNC_HOUR - 1) % 24, minute=30),
    },
}
if settings.DISCOVERY_MINUTES:
    beat_schedule["discovery"] = {
        "task": "keeper.tasks.discover_files",
        "schedule": 60.0 * settings.DISCOVERY_MINUTES,
        "options": {"expires": 60.0 * settings.DISCOVERY_MINUTES},
    }
if settings.FIXITY_MB_PER_SECOND:
    beat_schedule["audits"] = {
        "task": "keeper.tasks.audit_some_files",
        "schedule": AUDIT_SECONDS,
        "options": {"expires": max(settings.ORDER_LEASE_SECONDS, AUDIT_SECONDS)},
    }

"""What gunicorn needs to know besides its command line; it reads this file when it is started in this folder."""

worker_class = "config.gunicorn_worker.PatientWorker"

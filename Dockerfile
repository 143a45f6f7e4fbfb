# docker-compose.yml tells how to pin it by its digest.
FROM python:3.11.15-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /archive
RUN useradd --system --uid 1000 --home-dir /archive archive \
    && mkdir -p /data /media /var/lib/archive \
    && chown archive /media /var/lib/archive

COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt

COPY pyproject.toml README.md manage.py celeryconfig.py ./
COPY accounts accounts
COPY catalogue catalogue
COPY common common
COPY config config
COPY cubefile cubefile
COPY datacubes datacubes
COPY deploy/beat_sends.py deploy/beat_sends.py
COPY devtools devtools
COPY ingestion ingestion
COPY keeper keeper
COPY operations operations
COPY predecessor predecessor
COPY previews previews
COPY svo svo
COPY vo vo
COPY workorders workorders
ENV LOCAL_ROOT=/var/lib/archive SCIENCE_DATA_ROOT=/data MEDIA_ROOT=/media
# A key of its own keeps the build from leaving one in the image.
RUN SECRET_KEY=for-this-command python manage.py collectstatic --no-input \
    && chown -R archive /var/lib/archive

USER archive
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "4", "--no-control-socket"]

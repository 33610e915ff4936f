# The dashboard in a container: docker build -t jobdeck . && docker run -p 127.0.0.1:8080:8080 -v jobdeck:/data jobdeck
# It does not start without users or tokens in /data/jobdeck.toml (docs/SECURITY.md). Where the port is published on loopback only, as here, or
# behind a proxy that asks who it is, add `-e JOBDECK_INSECURE_NO_AUTH=true`.

FROM rust:1-slim-trixie AS build
RUN apt-get update && apt-get install -y --no-install-recommends make gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /jobdeck
COPY . .
RUN make release

FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home --home-dir /data --shell /usr/sbin/nologin jobdeck \
    && install -d -o jobdeck -g jobdeck /data
COPY --from=build /jobdeck/target/release/jobdeck /usr/local/bin/jobdeck
# The working directory: the embedded store is made here, and a `jobdeck.toml` is read from here.
WORKDIR /data
VOLUME /data
USER jobdeck
ENV JOBDECK_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=6s --start-period=5s CMD ["jobdeck", "health"]
ENTRYPOINT ["jobdeck"]
CMD ["serve"]

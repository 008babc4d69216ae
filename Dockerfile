# The `tenure` binary in an image: gateway and agent alike. Never built where Tenure is developed (no Docker engine there).
FROM node:24-bookworm-slim AS ui
WORKDIR /src
COPY schemas/openapi.json schemas/
COPY ui ui
RUN cd ui && npm ci --ignore-scripts && npm run api && npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=ui /src/ui/dist ui/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --locked --release --bin tenure && cp target/release/tenure /tenure

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --create-home tenure
COPY --from=build /tenure /usr/local/bin/tenure
USER tenure
WORKDIR /data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["tenure"]
CMD ["serve"]

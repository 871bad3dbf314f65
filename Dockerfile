# The image for an installation on an external PostgreSQL and an external
# Temporal. The tag `external` leaves the in-process Temporal server out.

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -tags external \
    -ldflags "-s -w -X main.version=${VERSION}" \
    -o /throughline ./cmd/throughline

FROM alpine:3.22.1
RUN apk add --no-cache ca-certificates \
    && addgroup -S -g 10001 throughline \
    && adduser -S -D -H -u 10001 -G throughline throughline \
    && install -d -o throughline -g throughline -m 0700 /var/lib/throughline
COPY --from=build /throughline /usr/local/bin/throughline
COPY LICENSE /usr/share/licenses/throughline/LICENSE
USER 10001:10001
VOLUME /var/lib/throughline
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/throughline"]
CMD ["--help"]

#!/bin/sh
# Makes the namespace, with its retention, and the search attributes. Every command may be repeated.
# The CLI reads TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE itself.
set -eu
retention=720h

# A server that has just started, or a namespace that has just been made, is not known everywhere at once.
patiently() {
  tries=1
  until "$@"; do
    if [ "$tries" -ge 30 ]; then
      echo "gave up after $tries tries: $*" >&2
      exit 1
    fi
    tries=$((tries + 1))
    sleep 2
  done
}

namespace() {
  temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$retention"
}

patiently temporal operator cluster health
patiently namespace
patiently temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$retention"
patiently temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name Tenant --type Keyword \
  --name Source --type Keyword \
  --name EventType --type Keyword \
  --name Lane --type Keyword \
  --name Outcome --type Keyword \
  --name DecidedBy --type Keyword \
  --name FailureClass --type Keyword \
  --name CorrelationId --type Keyword \
  --name NeedsAttention --type Bool

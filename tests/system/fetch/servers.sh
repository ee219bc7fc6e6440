# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# For a shell on a test host: registries, web servers, certificates. Tests call it by `servers` of lib.sh; set-up.sh beside a
# test sources the copy that lies beside it.

# make_certificates FOLDER NAMES: ca.pem, an authority, and server.pem and server.key for these subject names.
make_certificates() {
    mkdir -p "$1"
    (
        cd "$1" || exit
        openssl req -x509 -newkey rsa:2048 -noenc -keyout ca.key -out ca.pem -subj /CN=test-authority -days 7 2>/dev/null
        openssl req -newkey rsa:2048 -noenc -keyout server.key -out server.csr -subj /CN=server 2>/dev/null
        printf 'subjectAltName=%s\n' "$2" >extensions
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 7 -extfile extensions -out server.pem 2>/dev/null
    )
}

# wait_for_port PORT...: until somebody answers there, whatever he says.
wait_for_port() {
    for port; do
        for _ in $(seq 100); do
            ! curl --silent --insecure --output /dev/null "http://127.0.0.1:$port/" || break
            sleep 0.1
        done
    done
}

# start_registry UNIT FOLDER PORT [REST]: with FOLDER/storage. REST goes into the section "http" and what follows it.
start_registry() {
    mkdir -p "$2"
    cat >"$2/$1.yml" <<END
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $2/storage}, redirect: {disable: true}}
http:
  addr: 127.0.0.1:$3
  secret: test
${4-}
END
    systemd-run --quiet --unit="$1" --property=WorkingDirectory="$2" docker-registry serve "$2/$1.yml"
    wait_for_port "$3"
}

# start_nginx UNIT CONF PORT...
start_nginx() {
    systemd-run --quiet --unit="$1" nginx -c "$2"
    shift 2
    wait_for_port "$@"
}

# start_front UNIT FOLDER PORT BEHIND RATE: a slow way to another port, with FOLDER/access.log.
start_front() {
    cat >"$2/$1.conf" <<END
daemon off;
pid /run/$1.pid;
error_log stderr;
events {}
http {
    access_log $2/access.log;
    server {
        listen 127.0.0.1:$3;
        location / { proxy_pass http://127.0.0.1:$4; limit_rate $5; }
    }
}
END
    start_nginx "$1" "$2/$1.conf" "$3"
}

# push_blob BASE FILE: prints the digest. BASE is "http://127.0.0.1:PORT/v2/REPOSITORY", here and below.
push_blob() (
    digest=sha256:$(sha256sum <"$2" | cut -d ' ' -f 1)
    to=$(curl --silent --fail --request POST --dump-header - --output /dev/null "$1/blobs/uploads/" | tr -d '\r' | sed -n 's/^Location: //p')
    curl --silent --fail --request PUT --header 'Content-Type: application/octet-stream' --data-binary "@$2" "$to&digest=$digest"
    printf '%s' "$digest"
)

# push_manifest BASE NAME FILE [TYPE]
push_manifest() {
    curl --silent --fail --request PUT --header "Content-Type: ${4:-$(jq -r .mediaType "$3")}" --data-binary "@$3" "$1/manifests/$2"
}

# push_layout BASE TAG FOLDER: what is in an OCI layout; prints the digest of its manifest.
push_layout() (
    cd "$3" || exit
    manifest=$(jq -r '.manifests[0].digest' index.json)
    for digest in $(jq -r '.config.digest, .layers[].digest' "blobs/sha256/${manifest#sha256:}"); do
        push_blob "$1" "blobs/sha256/${digest#sha256:}" >/dev/null
    done
    push_manifest "$1" "$2" "blobs/sha256/${manifest#sha256:}" "$(jq -r '.manifests[0].mediaType' index.json)"
    printf '%s\n' "$manifest"
)

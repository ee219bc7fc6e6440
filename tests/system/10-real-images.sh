# SPDX-License-Identifier: LGPL-2.1-or-later
# Images as they are found in registries run unchanged: a web server and databases of Debian, one static program and
# nothing else, a program without a shell. Those that begin as root and become another user do so, and run as well when
# they are that user from the beginning. What they write to /dev/stdout is in the journal.
# hosts: bookworm trixie
# full
# timeout: 900
images=(nginx redis postgres go distroless)
clean_up() {
    tidy
    host_sh 'ip netns del world 2>/dev/null || true; ip link del world0 2>/dev/null || true; systemctl stop podd-network.socket podd-network.service'
    host podctl image rm "${images[@]/#/example.com/}" >/dev/null 2>&1 || true
    host rm -rf /srv/real
}
trap clean_up EXIT
import_image busybox
for name in "${images[@]}"; do import_image "$name" docker; done

# pod NAME IMAGE [MEMBERS-OF-APP [MEMBERS-OF-POD]]: the image's app beside one that has its tools and looks at it.
pod() {
    local tools=${tools:-busybox}
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", ${4:+$4,}
 "apps": [{"name": "$2", "image": {"name": "example.com/$2"}${3:+, $3}},
          {"name": "tools", "image": {"name": "example.com/$tools"},
           "app": {"exec": ["/bin/sh", "-c", $(json "$look")], "user": "0", "group": "0"}}]}
EOF
    assert_status 0 host podctl verify "/etc/podd/pods.d/$1.json"
    host systemctl start "pod-$1"
    wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u "pod-$2@tools" | grep -qx end' "$TEST_BEGIN" "$1"
    said=$(app_says "$1" tools)
    process=$(property "pod-$1@$2" MainPID)
    # In the pod: what the host calls 0x7ffe0000 and so on is nobody's business.
    ids=$(host awk '/^Uid|^Gid/ { print $2 }' "/proc/$process/status" | paste -sd ' ')
    first=$(host awk 'NR == 1 { print $2 }' "/proc/$process/uid_map")
    ids="$((${ids% *} - first)) $((${ids#* } - first))"
}
# stopped NAME APP: well, by its own signal.
stopped() {
    host systemctl stop "pod-$1"
    assert_eq success "$(property "pod-$1@$2" Result)"
    TEST_BEGIN=$(host date +%s.%N)
}
# asks URL: a script that has the answer.
asks() { echo "for i in 1 2 3 4 5 6 7 8 9 10; do wget -q -O - $1 && break; sleep 0.5; done; echo end; exec sleep 1000"; }

say "nginx: root opens the port, its workers are www-data, its logs are links to /dev/stdout and /dev/stderr"
host_sh 'ip netns add world; ip link add world0 type veth peer name eth0 netns world; ip addr add 192.0.2.1/24 dev world0; ip link set world0 up
    ip -n world addr add 192.0.2.2/24 dev eth0; ip -n world link set eth0 up'
look=$(asks http://127.0.0.1/index.html)
pod web nginx '' '"ports": [{"name": "80-tcp", "hostPort": 8080}]'
assert_contains "$said" "hello from nginx"
assert_eq "0 0" "$ids"
assert_contains "$(app_says web nginx)" '"GET /index.html HTTP/1.1" 200'
say "its port, which the image alone describes: from another machine, from the host, and at the host's loopback"
assert_contains "$(host ip netns exec world curl --silent --max-time 5 http://192.0.2.1:8080/)" "hello from nginx"
for address in 192.0.2.1 127.0.0.1; do
    assert_contains "$(host curl --silent --max-time 5 http://$address:8080/)" "hello from nginx"
done
worker=$(host pgrep --parent "$process" | head -n 1)
assert_eq $((33 + first)) "$(host awk '/^Uid/ { print $2 }' "/proc/$worker/status")"
stopped web nginx
say "nginx as www-data from the beginning: the port and the logs are open to it, its folders are volumes"
own='"mountPoints": [{"name": "state", "path": "/var/lib/nginx"}, {"name": "run", "path": "/run"}], "environment": [{"name": "PATH", "value": "/usr/bin:/bin"}]'
pod webown nginx "\"app\": {\"exec\": [\"/usr/sbin/nginx\", \"-g\", \"daemon off;\"], \"user\": \"www-data\", \"group\": \"www-data\", $own}" \
    '"volumes": [{"name": "state", "kind": "empty", "uid": 33, "gid": 33}, {"name": "run", "kind": "empty", "uid": 33, "gid": 33}]'
assert_contains "$said" "hello from nginx"
assert_eq "33 33" "$ids"
assert_contains "$(app_says webown nginx)" '"GET /index.html HTTP/1.1" 200'
stopped webown nginx
drop_manifest onhost <<'END'
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "host"}],
 "apps": [{"name": "a", "image": {"name": "example.com/nginx"}}]}
END
assert_contains "$(host podctl verify /etc/podd/pods.d/onhost.json)" \
    'warning: /etc/podd/pods.d/onhost.json: /apps/0/image: port "80-tcp": no app may listen at port 80'

say "one static program as a user without a name"
look=$(asks http://127.0.0.1:8080/path)
pod static go
assert_contains "$said" "hello from go, user 1000"
assert_eq "1000 0" "$ids"
assert_contains "$(app_says static go)" "asked for /path"
assert_not_contains "$(app_says static go)" "there is a shell"
host systemctl stop pod-static@go
assert_contains "$(app_says static go)" bye
stopped static go

say "the same as root"
pod staticroot go '"app": {"exec": ["/app"], "user": "0", "group": "0"}'
assert_contains "$said" "hello from go, user 0"
assert_eq "0 0" "$ids"
stopped staticroot go

say "a program with its libraries and no shell"
look=$(asks http://127.0.0.1:2379/health)
pod bare distroless
assert_contains "$said" '"health":"true"'
assert_eq "65532 65532" "$ids"
stopped bare distroless
say "the same as root"
pod bareroot distroless '"app": {"exec": ["/usr/bin/etcd", "--data-dir", "/home/nonroot/data", "--log-outputs", "stdout"], "user": "0", "group": "0"}'
assert_contains "$said" '"health":"true"'
assert_eq "0 0" "$ids"
stopped bareroot distroless

redis='"mounts": [{"volume": "data", "path": "/data"}]'
redis_data='"volumes": [{"name": "data", "kind": "host", "source": "/srv/real/redis", "idmap": "foreign"}]'
host_sh 'mkdir -p /srv/real/redis /srv/real/postgres && chown -R $((0x7FFE0000)):$((0x7FFE0000)) /srv/real'
look='for i in 1 2 3 4 5 6 7 8 9 10; do redis-cli ping && break; sleep 0.5; done
    redis-cli get kept; redis-cli set kept "the same" && redis-cli save; echo end; exec sleep 1000'
tools=redis
say "redis: root gives the folder away and becomes redis"
pod store redis
assert_contains "$said" PONG
redis_ids=$ids
assert_not_contains "$ids" "0 0"
assert_contains "$(app_says store redis)" "Ready to accept connections"
assert_contains "$(app_says store redis)" "DB saved on disk"
stopped store redis
say "its data stays in a folder of the host"
for _ in 1 2; do
    pod kept redis "$redis" "$redis_data"
    assert_contains "$said" OK
    again=$said
    stopped kept redis
done
assert_contains "$again" "the same"
say "as its own user from the beginning"
pod own redis '"app": {"exec": ["/usr/local/bin/entrypoint", "redis-server", "--dir", "/data", "--logfile", ""], "user": "redis", "group": "redis",
    "mountPoints": [{"name": "data", "path": "/data"}], "environment": [{"name": "PATH", "value": "/usr/bin:/bin"}]}' \
    '"volumes": [{"name": "data", "kind": "empty", "mode": "0777"}]'
assert_contains "$said" PONG
assert_eq "$redis_ids" "$ids"
stopped own redis

say "postgres: makes its data base as postgres, and keeps it"
tools=postgres
look='for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do psql -h 127.0.0.1 -U postgres -c "select 6 * 7 as answer" 2>/dev/null && break; sleep 0.5; done
    psql -h 127.0.0.1 -U postgres -tc "create table if not exists t (n int); insert into t values (1); select count(*) || \$\$ rows\$\$ from t"; echo end; exec sleep 1000'
for rows in 1 2; do
    pod sql postgres '"mounts": [{"volume": "data", "path": "/var/lib/postgresql/data"}]' \
        '"volumes": [{"name": "data", "kind": "host", "source": "/srv/real/postgres", "idmap": "foreign"}]'
    assert_contains "$said" 42
    assert_contains "$said" "$rows rows"
    assert_not_contains "$ids" "0 0"
    assert_contains "$(app_says sql postgres)" "database system is ready to accept connections"
    stopped sql postgres
    assert_contains "$(app_says sql postgres)$(host journalctl -q -o cat -u pod-sql@postgres --identifier=postgres)" "database system is shut down"
done
say "postgres as its own user from the beginning, in a folder of that user's"
postgres_ids=$ids
host_sh 'mkdir /srv/real/own && chown $((0x7FFE0000 + $1)):$((0x7FFE0000 + $2)) /srv/real/own && chmod 700 /srv/real/own' $ids
pod sqlown postgres '"mounts": [{"volume": "data", "path": "/var/lib/postgresql/data"}],
    "app": {"exec": ["/usr/local/bin/entrypoint", "postgres", "-k", "/tmp"], "user": "postgres", "group": "postgres",
            "environment": [{"name": "PATH", "value": "/usr/lib/postgresql/15/bin:/usr/bin:/bin"}, {"name": "PGDATA", "value": "/var/lib/postgresql/data"}]}' \
    '"volumes": [{"name": "data", "kind": "host", "source": "/srv/real/own", "idmap": "foreign"}]'
assert_contains "$said" 42
assert_contains "$said" "1 rows"
assert_eq "$postgres_ids" "$ids"
stopped sqlown postgres
say "postgres with all that it has in an empty volume of its own"
pod fresh postgres
assert_contains "$said" "1 rows"
stopped fresh postgres

# SPDX-License-Identifier: LGPL-2.1-or-later
# podctl image create: a folder of Debian's busybox becomes an ACI and an OCI layout, always of the same bytes; podd, skopeo
# and umoci read them; pods run from them; what cannot be is refused, and nothing half-done stays.
# hosts: bookworm trixie
# timeout: 300
work=/var/tmp/create
"$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/busybox.tar.gz"
host mkdir -p $work
copy "$TEST_TMP/busybox.tar.gz" $work/busybox.tar.gz
clean_up() {
    tidy
    host_sh 'umount "$1/root/mnt" 2>/dev/null || true
        for image in $(podctl image list --no-legend --full | awk "/example.com\/made/ { print \$1 }"); do podctl image rm "$image" >/dev/null; done
        rm -rf "$1"' $work
}
trap clean_up EXIT

# create ARG...: in $work, as root; what it says on standard error is in $work/said.
create() { host_sh 'cd "$1"; shift; podctl image create "$@" 2>said' $work "$@"; }
said() { host cat $work/said; }
# same FILE FILE: have the same bytes.
same() { host cmp "$work/$1" "$work/$2"; }

say "a root with a file of every kind"
host_sh 'cd "$1"
    mkdir root
    tar -C root -xzf busybox.tar.gz
    cd root
    mkdir mnt data
    chown 33:44 data
    chmod 2750 data
    echo "who reads this" >data/text
    ln data/text data/zlink
    setfattr -n user.note -v kept data/text
    setfattr -n user.overlay.opaque -v y data
    setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 bin/busybox
    setfacl -m user:33:r data/text
    mkfifo -m 640 data/fifo
    mknod -m 660 data/node c 1 3
    truncate -s 64M data/sparse
    echo end >>data/sparse
    touch "data/$(printf "\344\357")" "data/ä" "data/$(printf %0200d 7)"
    perl -MIO::Socket::UNIX -e "IO::Socket::UNIX->new(Local => q(data/socket), Listen => 1) or die"
    find . -exec touch -hd @1600000000 {} +
    mount -t tmpfs none mnt
    touch mnt/not-ours' $work
options=(--name=example.com/made --label=version=1.0 --user=33 --group=44 --working-directory=/data -E "PATH=/bin" --mount=data:/volume
    --port=http:tcp:80)
# A pod has no device nodes of images.
command='test "$(cat /data/zlink)" = "who reads this" && test /data/text -ef /data/zlink && test -p /data/fifo &&
    test "$(tail -n 1 /data/sparse)" = end && echo all is well; exec sleep 1000'

say "both formats; the id is the one that podd gives it"
create "${options[@]}" root mounted.aci >/dev/null
assert_contains "$(said)" 'mounted.aci: left out: socket "data/socket"'
assert_contains "$(said)" 'mounted.aci: left out: what is mounted on "mnt"'
assert_not_contains "$(host tar -tf $work/mounted.aci 2>/dev/null)" not-ours
host umount $work/root/mnt
aci=$(create "${options[@]}" root made.aci -- /bin/sh -c "$command")
assert_matches "$aci" '^sha512-[0-9a-f]{128}$'
oci=$(create "${options[@]}" --quiet root made.oci -- /bin/sh -c "$command")
assert_matches "$oci" '^sha256:[0-9a-f]{64}$'
assert_eq "" "$(said)"
assert_eq "$oci" "$(create "${options[@]}" --format=oci root made -- /bin/sh -c "$command")"
assert_eq "$aci" "$(create "${options[@]}" --json=short root again.aci -- /bin/sh -c "$command" | jq -r .id)"
same made.aci again.aci
assert_eq "$aci" "$(host podctl import $work/made.aci 2>/dev/null)"
assert_eq "$oci" "$(host podctl import $work/made.oci 2>/dev/null)"
assert_eq "$oci" "$(host podctl import $work/made 2>/dev/null)"

say "import takes the folder itself, of which it has the files already; links are not followed"
trees() { host jq -c .trees "/var/lib/podd/images/$1.json"; }
folder=$(host podctl import "${options[@]}" $work/root -- /bin/sh -c "$command" 2>/dev/null)
assert_eq "$(trees "$oci")" "$(trees "$folder")"
host_sh 'tar -C "$1/root" -cf "$1/root.tar" . 2>/dev/null' $work
from_tar=$(host podctl import "${options[@]}" $work/root.tar -- /bin/sh -c "$command" 2>/dev/null)
assert_eq "$(host podctl image cat-manifest "$from_tar")" "$(host podctl image cat-manifest "$folder")"
assert_eq "$folder" "$(host podctl import "${options[@]}" $work/root/ -- /bin/sh -c "$command" 2>/dev/null)"
host_sh 'ln -s /etc "$1/root/outside" && ln -s /etc/shadow "$1/root/data/outside"' $work
linked=$(host podctl import --name=example.com/made-linked $work/root 2>/dev/null)
rootfs=/var/lib/podd/trees/$(trees "$linked" | jq -r '.[0]')/rootfs
assert_eq "/etc /etc/shadow" "$(host readlink $rootfs/outside $rootfs/data/outside | xargs)"
host_sh 'rm "$1/root/outside" "$1/root/data/outside" && touch -d @1600000000 "$1/root" "$1/root/data"' $work
assert_status 1 host podctl import $work/root
assert_contains "$output" "give it one by --name="
assert_status 1 host podctl import --name=example.com/made-x oci:$work/root
assert_contains "$output" "this is no image"
assert_eq "" "$(host_sh 'ls -A /var/tmp | grep podctl-root || true')"

say "the same bytes: another order, folder, umask, locale and zone"
# Written from the last to the first, through a pipe: other inodes, other order of names, no holes.
host_sh 'cd "$1"
    mkdir copy elsewhere
    (cd root; find . ! -type s -print0 | sort -rz | tar --null --no-recursion --xattrs --xattrs-include="*" --acls -cf - -T -) |
        tar -C copy --xattrs --xattrs-include="*" --acls -xpf -
    find copy -exec touch -hd @1600000000 {} +
    cd elsewhere
    umask 077
    shift
    LC_ALL=C.UTF-8 TZ=Asia/Tokyo podctl image create --quiet "$@"' \
    $work "${options[@]}" ../copy ../other.aci -- /bin/sh -c "$command" >/dev/null
same made.aci other.aci
host_sh 'cd "$1/elsewhere"; umask 077; shift; LC_ALL=C podctl image create "$@"' \
    $work "${options[@]}" ../copy ../other.tar -- /bin/sh -c "$command" >/dev/null
same made.oci other.tar

say "a tar is a root, too: compressed or not, out of a pipe"
host_sh 'cd "$1"
    tar -C root --numeric-owner -cf root.tar bin etc data/text data/zlink
    gzip -k root.tar
    for root in root.tar root.tar.gz; do podctl image create --name=example.com/made "$root" "of-$root.aci"; done >/dev/null
    podctl image create --name=example.com/made - of-pipe.aci <root.tar >/dev/null
    cat root.tar.gz | podctl image create --name=example.com/made - of-pipe-gz.aci >/dev/null' $work
for file in of-root.tar.gz.aci of-pipe.aci of-pipe-gz.aci; do same of-root.tar.aci $file; done
host_sh 'podctl image rm "$(podctl import "$1/of-pipe.aci" 2>/dev/null)" >/dev/null' $work

say "newer files get the date, also from the environment; older ones keep theirs"
host_sh 'cd "$1"
    touch -d @1700000000 root/data/text
    podctl image create --quiet --name=example.com/made --source-date-epoch=1650000000 root dated.aci
    SOURCE_DATE_EPOCH=1650000000 podctl image create --quiet --name=example.com/made root dated-too.aci' $work >/dev/null
same dated.aci dated-too.aci
times=$(host_sh 'cd "$1"; TZ=UTC tar --full-time -tvf dated.aci manifest rootfs/data/fifo rootfs/data/text 2>/dev/null' $work)
assert_matches "$times" '2022-04-15 05:20:00 manifest'
assert_matches "$times" '2020-09-13 12:26:40 rootfs/data/fifo'
assert_matches "$times" '2022-04-15 05:20:00 rootfs/data/text'
assert_contains "$(host_sh 'cd "$1"; tar -xOf dated.aci manifest' $work)" '"created","value":"2022-04-15T05:20:00Z"'

say "skopeo and umoci see the same image"
inspected=$(host skopeo inspect "oci:$work/made:example.com/made:1.0")
assert_eq "linux $(host_sh 'dpkg --print-architecture')" "$(jq -r '.Os + " " + .Architecture' <<<"$inspected")"
config=$(host skopeo inspect --config "oci-archive:$work/made.oci:example.com/made:1.0" | jq -c .config)
assert_eq '{"User":"33:44","ExposedPorts":{"80/tcp":{}},"Env":["PATH=/bin"],"Volumes":{"/volume":{}},"WorkingDir":"/data"}' \
    "$(jq -c 'del(.Entrypoint)' <<<"$config")"
assert_eq "/bin/sh" "$(jq -r '.Entrypoint[0]' <<<"$config")"
assert_eq "example.com/made:1.0" "$(host umoci ls --layout $work/made)"
host_sh 'cd "$1"
    umoci unpack --image made:example.com/made:1.0 bundle >/dev/null
    touch -d @1600000000 root/data/text
    for root in root bundle/rootfs; do
        (cd $root; find . ! -type s -printf "%y %m %U:%G %T@ %l %p\n"; find . -type f ! -name sparse -printf "%n %s %p\n") | sort >listed
        diff listed ${before:-listed}
        cp listed before
        before=before
    done
    cmp root/data/sparse bundle/rootfs/data/sparse
    cmp root/bin/busybox bundle/rootfs/bin/busybox
    test "$(getfattr --only-values -n user.note bundle/rootfs/data/text)" = kept
    getfattr -n security.capability bundle/rootfs/bin/busybox >/dev/null
    rm listed before' $work

say "pods run from both"
for image in $aci $oci; do
    pod=made-${image:0:6}
    drop_manifest "$pod" <<JSON
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "one", "image": {"id": "$image"}}]}
JSON
    host systemctl start "pod-$pod"
    wait_until 20 eval "app_says $pod one | grep -qx 'all is well'"
    host systemctl stop "pod-$pod"
done

say "a user needs no right but to read the files"
host_sh 'id plain >/dev/null 2>&1 || useradd --create-home plain
    cd "$1"
    mkdir users
    chown plain users
    cd users
    setpriv --reuid=plain --regid=plain --clear-groups --inh-caps=-all sh -euc "
        mkdir root
        tar -C root -xzf ../busybox.tar.gz
        podctl image create --owner=0:0 --name=example.com/made root users.aci -- /bin/true
        podctl image create --owner=0:0 --name=example.com/made --format=oci root users -- /bin/true" >/dev/null
    tar --numeric-owner -tvf users.aci | awk "{ print \$2 }" | sort -u' $work >"$TEST_TMP/owners"
assert_eq "0/0" "$(cat "$TEST_TMP/owners")"

say "what cannot be is refused with the reason"
host_sh 'cd "$1"; mkdir home; echo letter >home/letter; cp made.oci file' $work
before=$(host ls -A $work)
# refused STATUS TEXT ARG...
refused() {
    local status=$1 text=$2
    shift 2
    assert_status "$status" host_sh 'cd "$1"; shift; podctl image create "$@"' $work "$@"
    assert_contains "$output" "$text"
}
named=--name=example.com/made
refused 1 '"made.aci" exists already' $named root made.aci
refused 1 '"made" exists already' $named --format=oci root made/
refused 1 'is not an OCI image layout, and so is not replaced' $named --format=oci --force root home
refused 1 'is not an OCI image layout, and so is not replaced' $named --format=oci --force root file
refused 1 'does not end in .aci, .oci or .tar' $named root somewhere
refused 1 'wanted aci or oci' $named --format=docker root x.aci
refused 1 'needs a name' root x.aci
refused 1 'no place for isolator "resource/memory"' $named '--isolator=resource/memory={"limit":"1G"}' root x.oci -- /bin/sh
refused 1 'no place for the read-only mount point "m"' $named --mount=m:/m:ro root x.oci -- /bin/sh
refused 1 '/app/ports/0/name: ' $named --port=UPPER_CASE:tcp:80 root x.aci -- /bin/sh
refused 1 'No such file or directory' $named no-such-root x.aci
refused 1 'this is not a tar archive' $named home/letter x.aci
refused 1 'is one of an image' $named made.oci x.aci
refused 2 'option --owner: "root": wanted UID:GID' $named --owner=root:root root x.aci
refused 2 "verb 'image create' does not know option --ref" --ref=x root x.aci
refused 2 'too few arguments' $named root
assert_status 1 host_sh 'cd "$1"; SOURCE_DATE_EPOCH=today podctl image create --name=example.com/made root x.aci' $work
assert_contains "$output" '$SOURCE_DATE_EPOCH: "today"'
host chown 70000 $work/root/data/text
refused 1 '"data/text": belongs to user 70000, images of podd have ids up to 65535' $named root x.aci
assert_contains "$output" 'hint: --owner=0:0'
host chown 0 $work/root/data/text
host touch $work/root/data/.wh.text
refused 1 '"data/.wh.text": would hide another file' $named root x.oci
host rm $work/root/data/.wh.text
assert_eq "$before" "$(host ls -A $work)" "something is left"

say "with --force an image takes another's place, at once"
create $named --force root made.aci >/dev/null
create $named --force --format=oci root made >/dev/null
assert_eq "example.com/made" "$(host umoci ls --layout $work/made)"
assert_eq "$before" "$(host ls -A $work)" "something is left"

say "killed, it leaves nothing"
host_sh 'cd "$1"
    head -c 300M /dev/urandom >root/data/random
    for format in aci oci; do ! timeout --signal=KILL 1 podctl image create "$2" --format=$format root "x.$format" 2>/dev/null || exit 1; done' $work $named
assert_eq "$before" "$(host ls -A $work)" "something is left"

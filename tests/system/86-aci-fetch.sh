# SPDX-License-Identifier: LGPL-2.1-or-later
# The fetcher and real web servers: ACIs by URL and by name, their signatures, keys; what was cut is gone on with only
# while it still is the same; nobody else gets a password, and nobody is asked without encryption unless that was said.
# hosts: bookworm trixie
# timeout: 400
folder=/var/tmp/aci
site=$TEST_TMP/site
mkdir -p "$site"/www "$site"/pages/{names,up,hdfs,gone}.localhost
cp "$source_dir"/tests/system/aci-fetch/* "$source_dir/tests/system/fetch/servers.sh" "$site"
head -c 3000000 /dev/urandom >"$site/www/app.aci"
head -c 2000000 /dev/urandom >"$site/www/other.aci"
echo "signature of app" >"$site/www/app.aci.asc"
echo "another signature" >"$site/www/another.asc"
cp "$site/www/app.aci" "$site/www/unsigned.aci"
case $(uname -m) in
    x86_64) arch=amd64 ;;
    *) arch=$(uname -m) ;;
esac
for named in app-1.0-linux-$arch app-latest-linux-$arch deep/er/app-latest-linux-$arch; do
    mkdir -p "$(dirname "$site/www/names.localhost/$named")"
    printf 'image %s\n' "$named" >"$site/www/names.localhost/$named.aci"
    printf 'signature %s\n' "$named" >"$site/www/names.localhost/$named.aci.asc"
done
mkdir "$site/www/alpha"
printf 'image alpha\n' >"$site/www/alpha/app.aci"
printf 'key one\n' >"$site/www/one.gpg"
printf 'key two\n' >"$site/www/two.gpg"
# page FILE [NAME CONTENT]...: with these tags.
page() {
    local file=$site/pages/$1
    mkdir -p "$(dirname "$file")"
    printf '<!DOCTYPE html><html><head><title>Welcome &amp; <meta name="ac-discovery" content="no"></title>\n' >"$file"
    shift
    while [ $# != 0 ]; do
        printf "<META name='%s'\n content=\"%s\" />" "$1" "$2" >>"$file"
        shift 2
    done
}
all='https://files.localhost/{name}-{version}-{os}-{arch}.{ext}'
page names.localhost/index.html ac-discovery "names.localhost $all" ac-discovery-pubkeys "names.localhost https://files.localhost/one.gpg" \
    ac-discovery-pubkeys "names.localhost https://files.localhost/two.gpg" ac-discovery-pubkeys "names.localhost http://plain.localhost/one.gpg"
page names.localhost/labels.html ac-discovery "names.localhost/labels https:&#x2F;/files.localhost/{channel}/app.{ext}"
page names.localhost/app.html ac-discovery-pubkeys "names.localhost/app https://files.localhost/two.gpg" ac-discovery "names.localhost/other https://files.localhost/app.{ext}"
page names.localhost/second.html ac-discovery "names.localhost hdfs://files.localhost/{name}.{ext}" ac-discovery "names.localhost https://files.localhost/not-there.{ext}" \
    ac-discovery "names.localhost https://files.localhost/app.{ext}"
page gone.localhost/index.html ac-discovery "gone.localhost https://files.localhost/not-there.{ext}" ac-discovery-pubkeys "gone.localhost https://files.localhost/not-there.gpg"
page up.localhost/index.html ac-discovery "up.localhost https://files.localhost/{name}"
page hdfs.localhost/index.html ac-discovery "hdfs.localhost hdfs://files.localhost/{name}.{ext}" ac-discovery "hdfs.localhost http://plain.localhost/app.{ext}" ac-discovery-pubkeys "hdfs.localhost http://plain.localhost/one.gpg"
page moved.html ac-discovery "names.localhost/moved https://files.localhost/app.{ext}"
page plain.html ac-discovery "plain.localhost http://plain.localhost/app.{ext}"
copy "$site" $folder
host_sh 'touch --date=2020-01-01 "$1"/www/*' $folder
host $folder/set-up.sh
authority=/etc/podd/aci-authority.pem  # the fetcher's unit has a /var/tmp of its own
host cp $folder/tls/ca.pem $authority

# fetch REFERENCE [OPTION...]: as the fetcher's unit runs it, in a new folder; prints what it says.
fetch() {
    host_sh 'rm -rf "$1" && mkdir "$1" && chown podd-fetch: "$1"' $folder/dir
    fetch_again "$@"
}
fetch_again() {
    local source=--reference=$1
    [[ $1 != --* ]] || source=$1
    shift
    host systemd-run --quiet --pipe --wait --collect --property=User=podd-fetch --property=ProtectSystem=strict \
        --property=ReadWritePaths=$folder/dir --property=CapabilityBoundingSet= \
        /usr/lib/podd/fetcher "$source" --directory=$folder/dir "$@"
}
# brings FILE SIGNATURE REFERENCE [OPTION...]: exactly these files of the site; "" where no signature is wanted. The line is
# in $line.
brings() {
    local file=$1 signature=$2
    shift 2
    [ -n "$signature" ] || set -- "$@" --no-signature
    line=$(fetch "$@" | tail -n 1) || fail "$1: $line"
    has "$file" "$signature"
}
brings_again() {
    local file=$1 signature=$2
    shift 2
    [ -n "$signature" ] || set -- "$@" --no-signature
    line=$(fetch_again "$@" | tail -n 1) || fail "$1: $line"
    has "$file" "$signature"
}
has() {
    assert_eq '"aci" "image.aci" false' "$(jq -r '.fetched | "\"\(.kind)\" \"\(.file)\" \(.not_modified)"' <<<"$line")" "$line"
    host cmp "$folder/www/$1" $folder/dir/image.aci
    if [ -n "$2" ]; then
        assert_eq image.aci.asc "$(jq -r .fetched.signature <<<"$line")"
        host cmp "$folder/www/$2" $folder/dir/image.aci.asc
    else
        assert_eq "" "$(jq -r .fetched.signature <<<"$line")"
        host test ! -e $folder/dir/image.aci.asc
    fi
}
# refuses CODE TEXT REFERENCE [OPTION...]: and no image comes of it.
refuses() {
    local code=$1 text=$2 last
    shift 2
    assert_fails fetch "$@"
    last=$(tail -n 1 <<<"$output")
    assert_eq "$code" "$(jq -r .error.code <<<"$last")" "$1: $last"
    assert_contains "$(jq -r .error.message <<<"$last")" "$text"
    host test ! -e $folder/dir/image.aci
}
log_has() { host grep -qF -- "$1" $folder/access.log || fail "not in the log: $1: $(host tail $folder/access.log)"; }
log_lacks() { ! host grep -F -- "$1" $folder/access.log || fail "in the log: $1"; }
new_log() { host truncate --size=0 $folder/access.log; }
settings() { host_file /etc/podd/registries.d/aci.conf; }
files=https://files.localhost

say "TLS by an authority that only the administrator knows, also for a number of IPv6"
refuses Untrusted "CAFile= of a section [Registry files.localhost]" $files/app.aci
all_settings=$(for name in files.localhost names.localhost up.localhost hdfs.localhost gone.localhost other.localhost '[::1]:5444'; do
    printf '[Registry %s]\nCAFile=%s\n' "$name" $authority
done)
settings <<<"$all_settings"
brings app.aci app.aci.asc $files/app.aci
assert_eq "$files/app.aci" "$(jq -r .fetched.url <<<"$line")"
assert_eq "" "$(jq -r .fetched.name <<<"$line")"
brings app.aci app.aci.asc 'https://[::1]:5444/app.aci'
assert_eq "{\"progress\":{\"bytes\":3000000,\"total\":3000000}}" "$(fetch $files/app.aci | tail -n 2 | head -n 1)"

say "nothing is written but the folder"
assert_eq "" "$(host_sh 'find / -xdev -user podd-fetch ! -path "$1" ! -path "$1/*"' $folder/dir)"

say "signatures: none, another one, one that may not be had, one that must be there"
brings unsigned.aci "" $files/unsigned.aci
new_log
refuses Untrusted "image \"$files/slow/unsigned.aci\" has no signature, and no rule accepts it without one" $files/slow/unsigned.aci
sent=$(host sed -n "s,^$files/slow/unsigned.aci .* sent=,,p" $folder/access.log)
[ "$sent" -lt 1000000 ] || fail "of the image of 3000000 bytes $sent were sent although it has no signature"
brings app.aci another.asc $files/app.aci --signature=$files/another.asc
refuses NotFound "has no such thing" $files/app.aci --signature=$files/no.asc
refuses Denied 'signature: "files.localhost" does not allow it, HTTP 403' $files/closed/app.aci
brings app.aci "" $files/closed/app.aci
brings app.aci app.aci.asc "$files/app.aci?a=b.c"
log_has "$files/app.aci.asc?a=b.c 200"
refuses NotFound "has no such thing" $files/no.aci
refuses NotFound "has no such thing" $files/no.aci --no-signature
refuses InvalidArgument "a URL whose path ends in .aci" $files/app.tar
refuses Unavailable "HTTP 503" $files/busy/app.aci
assert_eq 4 "$(host grep -c /busy/ $folder/access.log)" "tries"

say "a signature that is to come is asked for again behind the image, but not for ever"
new_log
host cp $folder/www/app.aci $folder/www/late/app.aci
(wait_until 60 host grep -q "late/app.aci 200" $folder/access.log && sleep 2 && host cp $folder/www/app.aci.asc $folder/www/late/app.aci.asc) &
brings app.aci app.aci.asc $files/late/app.aci
wait
assert_matches "$(host_sh 'grep -o "late/.* [0-9]* auth" "$1" | cut -d " " -f 1,2 | paste -sd " "' $folder/access.log)" \
    '^late/app.aci.asc 202 late/app.aci 200( late/app.aci.asc 202)* late/app.aci.asc 200$'
assert_fails fetch $files/never/app.aci
assert_eq Unavailable "$(tail -n 1 <<<"$output" | jq -r .error.code)" "$output"
assert_contains "$output" "is not there yet, HTTP 202"
brings app.aci "" $files/never/app.aci

say "not twice what is known already"
brings app.aci app.aci.asc $files/fresh/app.aci
assert_eq 600 "$(jq -r .fetched.max_age <<<"$line")"
etag=$(jq -r .fetched.etag <<<"$line")
line=$(fetch $files/fresh/app.aci "--if-none-match=$etag" | tail -n 1)
assert_eq "true  600 $etag" "$(jq -r '.fetched | "\(.not_modified) \(.file) \(.max_age) \(.etag)"' <<<"$line")"
host test ! -e $folder/dir/image.aci
say "nor is its signature missed any more, while it stays the same"
host mv $folder/www/app.aci.asc $folder/www/hidden.asc
line=$(fetch $files/fresh/app.aci "--if-none-match=$etag" | tail -n 1)
assert_eq true "$(jq -r .fetched.not_modified <<<"$line")"
refuses Untrusted "has no signature" $files/fresh/app.aci '--if-none-match="other"'
host mv $folder/www/hidden.asc $folder/www/app.aci.asc
brings other.aci "" $files/other.aci "--if-none-match=$etag"
assert_eq 0 "$(jq -r .fetched.max_age <<<"$line")"
refuses InvalidArgument "wanted an entity tag" $files/app.aci $'--if-none-match="a\nb"'

# cut SIZE: as if the fetch had been cut when so much of the image was there.
cut() { host_sh 'cd "$1" && head -c "$2" image.aci >image.aci.partial && rm image.aci && chown podd-fetch: image.aci.partial' $folder/dir "$1"; }
# put FILE NAME: NAME on the site is FILE from now on.
put() { host_sh 'cp "$1/$2" "$1/new" && touch --date="2020-01-01 + $4 days" "$1/new" && mv "$1/new" "$1/$3"' $folder/www "$1" "$2" "$((++days))"; }
days=1
say "a cut fetch is gone on with, and a whole one that was not used is not fetched again"
brings app.aci app.aci.asc $files/app.aci
cut 1000000
new_log
brings_again app.aci app.aci.asc $files/app.aci
log_has "$files/app.aci 206 auth=- range=bytes=1000000- if=\x22"
brings_again app.aci app.aci.asc $files/app.aci
log_has "range=bytes=2999999- if=\x22"
cut 1000000
brings_again app.aci app.aci.asc $files/no-range/app.aci
brings app.aci app.aci.asc $files/no-range/app.aci
cut 1000000
brings_again app.aci app.aci.asc $files/no-range/app.aci
log_has "$files/no-range/app.aci 200 auth=- range=bytes=1000000-"
brings app.aci app.aci.asc $files/no-etag/app.aci
cut 1000000
brings_again app.aci app.aci.asc $files/no-etag/app.aci
log_has "$files/no-etag/app.aci 206 auth=- range=bytes=1000000- if=Wed, 01 Jan 2020"

say "but not when it is another URL or another file by now"
brings app.aci app.aci.asc $files/app.aci
cut 1000000
brings_again other.aci "" $files/other.aci
put other.aci changing.aci
brings other.aci "" $files/changing.aci
cut 1000000
put app.aci changing.aci
new_log
brings_again app.aci "" $files/changing.aci
log_has "$files/changing.aci 200 auth=- range=bytes=1000000-"
say "also when the server does not look whether it has changed"
brings app.aci "" $files/careless/changing.aci
cut 1000000
put other.aci changing.aci
new_log
brings_again other.aci "" $files/careless/changing.aci
log_has "$files/careless/changing.aci 206 auth=- range=bytes=1000000-"
log_has "$files/careless/changing.aci 200 auth=- range=- "
put app.aci changing.aci
brings app.aci "" $files/careless/changing.aci
cut 2500000
put other.aci changing.aci
new_log
brings_again other.aci "" $files/careless/changing.aci
log_has "$files/careless/changing.aci 416 auth=- range=bytes=2500000-"

say "a connection that breaks again and again, and a fetch that is killed"
new_log
brings app.aci app.aci.asc $files/broken/app.aci
assert_matches "$(host grep -c "$files/broken/app.aci 206" $folder/access.log)" '^[1-9]'
host_sh 'rm -rf "$1" && mkdir "$1" && chown podd-fetch: "$1"' $folder/dir
host_sh 'setpriv --reuid=podd-fetch --regid=podd-fetch --clear-groups timeout --signal=KILL 2 \
    /usr/lib/podd/fetcher --reference=$2/slow/app.aci --directory="$1" || test $? = 137' $folder/dir $files >/dev/null
host test ! -e $folder/dir/image.aci
host test -s $folder/dir/image.aci.partial
brings_again app.aci app.aci.asc $files/slow/app.aci
assert_matches "$(host grep "$files/slow/app.aci 206" $folder/access.log)" 'range=bytes=[1-9][0-9]*-'

say "lengths: none is said, too long, nothing"
brings app.aci app.aci.asc $files/no-length/app.aci
assert_eq "" "$(fetch $files/no-length/app.aci | grep '"total":[1-9]' || true)"
refuses InvalidArgument "more than 2999999 bytes" $files/app.aci --max-bytes=2999999
refuses InvalidArgument "more than 2999999 bytes" $files/no-length/app.aci --max-bytes=2999999
host touch $folder/www/empty.aci
refuses InvalidArgument "found nothing at" $files/empty.aci --no-signature

say "redirects, but not to where they must not lead"
brings app.aci app.aci.asc $files/here/app.aci
brings app.aci app.aci.asc $files/away/app.aci
refuses Denied "which is not followed: it would give up the encryption" $files/down/app.aci
refuses InvalidArgument "wanted an https URL" $files/to-file/app.aci
refuses Denied "more than 10 redirects" $files/round/app.aci
log_lacks "http://plain.localhost"
refuses Denied "wanted https" http://plain.localhost/app.aci
brings app.aci app.aci.asc $files/down/app.aci --allow-http
brings app.aci app.aci.asc http://plain.localhost/app.aci --allow-http
refuses InvalidArgument "wanted an https URL" $files/to-file/app.aci --allow-http

# password TYPE CREDENTIALS: for all hosts of this site.
password() {
    host_file /etc/podd/auth.d/aci.json 640 <<<'{"rktKind": "auth", "rktVersion": "v1", "type": "'"$1"'",
        "domains": ["files.localhost", "plain.localhost"], "credentials": '"$2"'}'
    host chgrp podd-fetch /etc/podd/auth.d/aci.json
}
say "credentials go to their host and to nobody else, and never without encryption"
refuses Denied 'put those for files.localhost into a file of kind "auth" in /etc/podd/auth.d' $files/private/app.aci
password basic '{"user": "reader", "password": "wrong"}'
refuses Denied 'refuses the credentials in "/etc/podd/auth.d/aci.json"' $files/private/app.aci
password basic '{"user": "reader", "password": "secret"}'
new_log
brings app.aci app.aci.asc $files/private/app.aci
basic="Basic $(printf reader:secret | base64)"
log_has "$files/private/app.aci 200 auth=$basic"
brings app.aci app.aci.asc $files/away/app.aci
log_has "$files/away/app.aci 302 auth=$basic"
log_has "https://other.localhost/app.aci 200 auth=- "
brings app.aci app.aci.asc http://plain.localhost/app.aci --allow-http
brings app.aci app.aci.asc $files/down/app.aci --allow-http
log_lacks "https://other.localhost/app.aci 200 auth=B"
log_lacks "http://plain.localhost/app.aci 200 auth=B"
password oauth '{"token": "abc"}'
brings app.aci app.aci.asc $files/token/app.aci
password odd '{}'
refuses Unsupported 'credentials of type "odd"' $files/app.aci

say "a key of Amazon's signs each request to its host, and is not sent"
# signed LINE: the signature in that line of the log is the one that the secret gives.
signed() {
    python3 - "$1" <<'PYTHON'
import hashlib, hmac, re, sys
found = re.match(r"https://([^/]+)(/\S*) \d+ auth=AWS4-HMAC-SHA256 Credential=reader/(\d{8})/eu-west-1/s3/aws4_request, ?"
                 r"SignedHeaders=(\S+), ?Signature=([0-9a-f]{64}) range=(\S+) if=(.*) none=(.*) amz=(\S+) sent=", sys.argv[1])
# nginx writes quotation marks otherwise.
host, path, day, names, signature, span, if_range, none_match, date = (text.replace(r"\x22", '"') for text in found.groups())
values = {"host": host, "x-amz-date": date, "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "range": span, "if-range": if_range,
          "if-none-match": none_match}
assert {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names.split(";")) and date.startswith(day), names
headers = "".join(f"{name}:{values[name]}\n" for name in names.split(";"))
request = "\n".join(["GET", path, "", headers, names, "UNSIGNED-PAYLOAD"])
text = "\n".join(["AWS4-HMAC-SHA256", date, f"{day}/eu-west-1/s3/aws4_request", hashlib.sha256(request.encode()).hexdigest()])
key = b"AWS4secret:key"
for part in (day, "eu-west-1", "s3", "aws4_request"):
    key = hmac.new(key, part.encode(), hashlib.sha256).digest()
wanted = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
assert wanted == signature, f"{wanted} wanted, {signature} found"
PYTHON
}
password aws '{"accessKeyID": "reader", "secretAccessKey": "secret:key", "awsRegion": "eu-west-1"}'
new_log
brings app.aci app.aci.asc $files/app.aci
signed "$(host grep "$files/app.aci 200" $folder/access.log)"
signed "$(host grep "$files/app.aci.asc 200" $folder/access.log)"
cut 1000000
brings_again app.aci app.aci.asc $files/app.aci
signed "$(host grep "$files/app.aci 206" $folder/access.log)"
brings app.aci app.aci.asc $files/away/app.aci
log_has "https://other.localhost/app.aci 200 auth=- "
brings app.aci app.aci.asc http://plain.localhost/app.aci --allow-http
log_lacks "http://plain.localhost/app.aci 200 auth=A"
assert_eq "" "$(host grep secret:key $folder/access.log || true)"
password aws '{"accessKeyID": "reader", "secretAccessKey": "secret:key", "awsRegion": "eu:west"}'
refuses InvalidArgument 'wanted a region, such as "eu-west-1"' $files/app.aci
host rm /etc/podd/auth.d/aci.json

say "a proxy that the administrator names"
refuses Unavailable "does not answer" http://far.localhost:5999/app.aci --allow-http
settings <<EOF
$all_settings
[Registry far.localhost]
Proxy=http://127.0.0.1:5128
EOF
brings app.aci app.aci.asc http://far.localhost:5999/app.aci --allow-http
settings <<<"$all_settings"

# named NAME FILE REFERENCE [OPTION...]
named() {
    local name=$1 file=$2
    shift 2
    brings "$file" "$file.asc" "$@"
    assert_eq "$name" "$(jq -r .fetched.name <<<"$line")"
}
# appc-conformance: 18
say "names: the host's labels, latest, and the pages above"
named names.localhost/app "names.localhost/app-1.0-linux-$arch.aci" appc:names.localhost/app:1.0
assert_eq "$files/names.localhost/app-1.0-linux-$arch.aci" "$(jq -r .fetched.url <<<"$line")"
log_has "https://names.localhost/app?ac-discovery=1 200"
log_has "https://names.localhost/?ac-discovery=1 200"
named names.localhost/app "names.localhost/app-latest-linux-$arch.aci" appc:names.localhost/app
named names.localhost/deep/er/app "names.localhost/deep/er/app-latest-linux-$arch.aci" appc:names.localhost/deep/er/app
log_has "https://names.localhost/deep/er?ac-discovery=1 404"
refuses NotFound "has no such thing" appc:names.localhost/app:2.0
refuses NotFound "has no such thing" appc:names.localhost/app:1.0,os=freebsd,arch=arm
brings alpha/app.aci "" appc:names.localhost/labels,channel=alpha
named names.localhost/moved app.aci appc:names.localhost/moved
named names.localhost/second app.aci appc:names.localhost/second

say "a page that is ill, and one that is too long"
new_log
refuses NotFound "has no such thing" appc:names.localhost/ill
assert_eq 4 "$(host grep -c "names.localhost/ill?ac-discovery=1 503" $folder/access.log)" "tries"
refuses NotFound "has no such thing" appc:names.localhost/huge
sent=$(host sed -n 's,^https://names.localhost/huge.* sent=,,p' $folder/access.log)
[ "$sent" -lt 20000000 ] || fail "of the long page $sent bytes were read"

say "nobody says where it is"
refuses NotFound 'nobody says where the image of "up.localhost/a/b" is: "https://up.localhost/a/b?ac-discovery=1": "up.localhost" has no such thing; "https://up.localhost/a?ac-discovery=1"' \
    appc:up.localhost/a/b
assert_contains "$(tail -n 1 <<<"$output" | jq -r .error.message)" 'template "https://files.localhost/{name}" wants {ext}'
refuses Denied "wanted https" appc:hdfs.localhost/app
named hdfs.localhost/app app.aci appc:hdfs.localhost/app --allow-http
refuses NotFound "not-there.aci" appc:gone.localhost/app
refuses Untrusted "plain.localhost" appc:plain.localhost/name
named plain.localhost/name app.aci appc:plain.localhost/name --allow-http
refuses InvalidArgument "AC Identifier" appc:names.localhost/../app
refuses InvalidArgument "a name" "appc:sha512-$(printf %0128d 1)"

say "keys"
# keys TEXT FROM [OPTION...]: what the files say, one after the other.
keys() {
    local text=$1 list
    shift
    list=$(fetch "--keys=$1" "${@:2}" | tail -n 1 | jq -r '.keys[].file') || fail "$1: $list"
    assert_eq "$text" "$(for file in $list; do host cat "$folder/dir/$file"; done | paste -sd ' ')"
}
keys "key one key two" names.localhost/other
keys "key one key two key one" names.localhost/other --allow-http
keys "key two" names.localhost/app/part
keys "key two" $files/two.gpg
keys "key one" hdfs.localhost --allow-http
refuses Denied "wanted https" --keys=hdfs.localhost
refuses NotFound 'nobody says where the keys of "up.localhost/app" are' --keys=up.localhost/app
refuses NotFound "not-there.gpg" --keys=gone.localhost
refuses Denied "wanted https" --keys=http://plain.localhost/one.gpg

host_sh 'systemctl stop aci-nginx.service; rm -rf "$1" "$2" /etc/podd/registries.d/aci.conf' $folder $authority

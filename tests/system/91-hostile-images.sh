# SPDX-License-Identifier: LGPL-2.1-or-later
# Every kind of hostile image that 31-import-attacks.sh does not try: podctl says what is wrong with it, and nothing of it
# is left anywhere. The files and what must be said of them are in the table of import/make-hostile.py.
# hosts: bookworm trixie
# timeout: 400
folder=/var/tmp/hostile-images
"$source_dir/tests/system/import/make-hostile.py" "$TEST_TMP/images"
copy "$TEST_TMP/images" $folder
host_sh 'echo untouched >/var/tmp/canary; cat /etc/shadow >"$1/shadow"' $folder

say "what is just allowed is taken"
for file in whole.zst whole.xz; do
    host podctl import $folder/$file >/dev/null
    host podctl image rm example.com/hostile >/dev/null
done

say "$(wc -l <"$TEST_TMP/images/table") images"
# One line for each that was not refused as it should be.
wrong=$(host_sh '
    cd "$1"
    state() { find /var/lib/podd /run/podd -mindepth 2 | sort; }
    tab=$(printf "\t")
    state >before
    while IFS="$tab" read -r file reason; do
        status=0
        podctl import "$file" >said 2>&1 </dev/null || status=$?
        [ $status = 1 ] || echo "$file: status $status: $(cat said)"
        grep -qF -- "$reason" said || echo "$file: it was not said \"$reason\" but: $(cat said)"
        ! grep -qE "signal|rlimit|internal" said || echo "$file: a worker died: $(cat said)"
        [ "$(wc -c <said)" -lt 2000 ] || echo "$file: $(wc -c <said) bytes were said"
        state >after
        cmp -s before after || { echo "$file: left behind: $(comm -3 before after)"; state >before; }
    done <table' $folder)
assert_eq "" "$wrong"
assert_eq untouched "$(host cat /var/tmp/canary)"
host cmp /etc/shadow $folder/shadow
assert_eq "" "$(host systemctl list-units --all --plain --no-legend 'podd-import-*')"

say "a setuid file of an archive of images is none in the store"
host podctl import $folder/whole-setuid >/dev/null
assert_eq "" "$(host find /var/lib/podd/blobs -perm /6000)"
host podctl image rm example.com/hostile >/dev/null
host podctl image gc >/dev/null
assert_eq "No problems." "$(host podctl store fsck)"

host rm -r $folder /var/tmp/canary

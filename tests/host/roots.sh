# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian roots, made once by mmdebstrap and kept in $cache_dir/<suite>-<kind>-<key>. The key is a digest
# of everything that decides what is in the root, so a changed list of packages makes a new one.
# shellcheck shell=bash

# What every host has besides podd's own dependencies.
host_packages=(systemd systemd-sysv systemd-container libnss-mymachines dbus polkitd libpam-systemd kmod iproute2 nftables procps)
# What tests call on a host.
host_packages+=(attr acl curl jq strace psmisc e2fsprogs)
# The registry and the web server that images are fetched from.
host_packages+=(docker-registry nginx openssl)
# What reads our images with other eyes.
host_packages+=(skopeo umoci)
# What signs images; bookworm has no cosign.
host_packages+=(gpg-agent)
# Other networks of pods: their plugins, and what some of those call.
host_packages+=(containernetworking-plugins iptables)
trixie_packages=(cosign)
# What a host has that is a virtual machine. The kernel is Debian's there, so AppArmor can be tried.
vm_packages=(python3-minimal libpython3-stdlib apparmor)
# What every build root has besides the Build-Depends.
build_packages=(build-essential dpkg-dev fakeroot ccache)

# suite_sources SUITE: apt lines for the suite. They come from this machine's own apt configuration, its
# suite replaced: whatever mirror the machine uses is used here. Nothing on a machine that is no Debian;
# mmdebstrap has its own default then.
suite_sources() {
    local suite=$1 own by uri release component
    own=$(. /etc/os-release && [ "$ID" = debian ] && echo "${VERSION_CODENAME:-}") || return 0
    apt-get indextargets --format '$(CREATED_BY) $(REPO_URI) $(RELEASE) $(COMPONENT)' |
        while read -r by uri release component; do
            [ "$by" = Packages ] && [ "$component" = main ] || continue
            case $release in
                "$own") echo "deb $uri $suite main" ;;
                "$own"-updates | "$own"-security)
                    [ "$suite" = sid ] || echo "deb $uri $suite-${release#"$own"-} main" ;;
            esac
        done | sort -u
}

# What this machine's apt is told about its mirrors goes for the roots, too: a mirror that stands still, say.
mirror_options() { apt-config dump --format '%F "%v";%n' Acquire::Check-Valid-Until Acquire::http::Proxy; }

# package_names TEXT: the names in a Depends or Build-Depends field, first alternative of each.
package_names() {
    tr ',' '\n' <<<"$1" | sed -E 's/[|(<[].*//; s/:any//; s/[[:space:]]//g; /^$/d; /^\$/d; s/^debhelper-compat$/debhelper/' | sort -u
}

# Runs inside mmdebstrap when the packages are there. A test host is quiet: nothing runs by itself but
# what Debian needs to be up.
prepare_host_root() {
    local root=$1 unit
    for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
        e2scrub_reap.service fstrim.timer docker-registry.service nginx.service console-getty.service \
        getty@tty1.service serial-getty@.service; do
        ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
    rm -f "$root/etc/resolv.conf" "$root/etc/machine-id"
    # Debian's minimal images leave out the manual; podd's pages must arrive.
    rm -f "$root"/etc/dpkg/dpkg.cfg.d/*nodoc*
    passwd --root "$root" --delete root >/dev/null
}

# The suite's own kernel for virtual machines, without the machinery that makes initial ramdisks of it: the host
# has one that knows its way to /dev/vda. Runs as a hook, when the root has a network.
fetch_kernel='
    arch=$(dpkg --print-architecture)
    package=$(apt-cache depends linux-image-cloud-$arch | sed -n "s/^ *Depends: \(linux-image-[0-9].*\)/\1/p" | head -n 1)
    mkdir /var/tmp/kernel
    cd /var/tmp/kernel
    apt-get -o APT::Sandbox::User=root -qq download "$package"
    # Not straight into /: its lib/ would take the place of the link to usr/lib.
    dpkg-deb -x ./*.deb .
    cp -a boot/. /boot
    cp -a ./*lib/modules usr/lib/modules /usr/lib 2>/dev/null || test -d /usr/lib/modules
    rm -r /var/tmp/kernel
    depmod "$(ls /usr/lib/modules)"'

# What makes a root one for virtual machines: what runs the commands of tests/testhost.
prepare_vm_root() {
    local root=$1
    install -m 755 "$source_dir/tests/host/vm-agent" "$root/usr/local/sbin/testhost-agent"
    install -m 644 "$source_dir/tests/host/testhost-agent.service" "$root/etc/systemd/system/"
    mkdir -p "$root/etc/systemd/system/sysinit.target.wants"
    ln -sf ../testhost-agent.service "$root/etc/systemd/system/sysinit.target.wants/"
    # Profiles of programs that are not there take a minute to compile.
    ln -sf /dev/null "$root/etc/systemd/system/apparmor.service"
    # The name and id of the host come on the kernel's command line. Without the file it would be a first boot.
    rm -f "$root/etc/hostname"
    : >"$root/etc/machine-id"
}

# make_root SUITE KIND PACKAGE...: prints the folder of the cached root, which it makes when needed.
make_root() {
    local suite=$1 kind=$2 key root
    shift 2
    local packages
    packages=$(printf '%s\n' "$@" | sort -u | paste -sd,)
    key=$({
        printf '%s %s' "$packages" "$(suite_sources "$suite")"
        declare -f prepare_host_root
        [ "$kind" != vm ] || cat <(declare -f prepare_vm_root) <(echo "$fetch_kernel") "$source_dir"/tests/host/{vm-agent,testhost-agent.service}
    } | sha256sum | cut -c1-12)
    root=$cache_dir/$suite-$kind-$key
    if [ ! -e "$root/.complete" ]; then
        lock "$cache_dir/$suite-$kind.lock"
        [ -e "$root/.complete" ] || build_root "$suite" "$kind" "$root" "$packages"
        unlock
    fi
    printf '%s\n' "$root"
}

build_root() {
    local suite=$1 kind=$2 root=$3 packages=$4 sources mirror log=$3.log
    need_programs mmdebstrap
    say "making the $suite $kind root $root ..."
    sources=$(suite_sources "$suite")
    rm -rf "$root" "$root.new"
    local arguments=(--mode=root --variant=minbase --include="$packages" --skip=cleanup/apt/lists
        --dpkgopt=force-unsafe-io "$suite" "$root.new")
    if [ -n "$sources" ]; then
        arguments+=(-)
    fi
    mirror=$(mirror_options)
    if [ -n "$mirror" ]; then
        arguments=(--aptopt="$mirror" "${arguments[@]}")
    fi
    if [ "$kind" = vm ]; then
        arguments=(--customize-hook='chroot "$1" sh -euc "$FETCH_KERNEL"' "${arguments[@]}")
    fi
    if ! FETCH_KERNEL=$fetch_kernel mmdebstrap "${arguments[@]}" <<<"$sources" >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        rm -rf "$root.new"
        die "mmdebstrap could not make the $suite root; the whole log is $log"
    fi
    case $kind in
        host) prepare_host_root "$root.new" ;;
        vm)
            prepare_host_root "$root.new"
            prepare_vm_root "$root.new" ;;
    esac
    touch "$root.new/.complete"
    mv -T "$root.new" "$root"
    rm -f "$log"
    ln -sfnT "$(basename "$root")" "$cache_dir/$suite-$kind"
}

# host_root SUITE KIND [DEB]: the root for hosts that get this package: its dependencies are there already,
# because a host has no network. KIND is host or vm.
host_root() {
    local suite=$1 kind=$2 deb=${3:-} packages=("${host_packages[@]}") depends=()
    [ "$kind" != vm ] || packages+=("${vm_packages[@]}")
    [ "$suite" != trixie ] || packages+=("${trixie_packages[@]}")
    if [ -n "$deb" ]; then
        mapfile -t depends < <(package_names "$(dpkg-deb --field "$deb" Depends Pre-Depends | sed 's/^[A-Za-z-]*: //')")
    fi
    make_root "$suite" "$kind" "${packages[@]}" "${depends[@]}"
}

build_depends_field() {
    sed -n '/^Build-Depends:/,/^[A-Z]/{s/^Build-Depends://;/^[A-Z]/d;p}' "$source_dir/packaging/debian/control"
}

build_root_of() {
    local names
    mapfile -t names < <(package_names "$(build_depends_field)")
    make_root "$1" build "${build_packages[@]}" "${names[@]}"
}

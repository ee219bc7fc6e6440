# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each setting of a manifest does: one row or more for every field. tests/lint/check_rows.py wants them all.

A row of fields that are tried here has what is set and what then is otherwise, from inside (`sees`) and from outside
(`unit`, `slice`): by path, the value with the setting and the value without. `changes` are the members of the report that
may differ, beside those of `sees`; all others must be the same as without. `app`, `pod`, `image` and `oci` say where the
setting stands: an app of its own in pod "probe", pod "probed", an ACI or an OCI image with all such rows together.
"""
import dataclasses

DEFAULT = "audit_write chown dac_override fowner fsetid kill mknod net_bind_service net_raw setfcap setgid setpcap setuid sys_chroot"
ALL = object()   # any value, but another one


@dataclasses.dataclass
class Row:
    fields: list
    app: dict = None         # members of the runtime app
    pod: dict = None
    image: dict = None
    oci: dict = None
    volumes: list = ()       # of the pod, for rows of apps
    look: list = ()          # paths to look at
    sees: dict = dataclasses.field(default_factory=dict)
    changes: set = frozenset()
    unit: dict = dataclasses.field(default_factory=dict)
    slice: dict = dataclasses.field(default_factory=dict)
    verify: str = ""         # what podctl verify says of it
    test: str = ""           # where the effect is tried instead
    words: str = ""          # that stand in that test; the field's own name unless said
    nothing: bool = False    # it has no effect, by its specification


ROWS = []


def row(fields, **settings):
    ROWS.append(Row(fields.split(), **settings))


def elsewhere(test, *fields, words=""):
    """The effect, and that it is not there without, is what this test is about."""
    ROWS.append(Row(list(fields), test=test, words=words))


def isolator(name, value):
    return {"app": {"isolators": [{"name": name, "value": value}]}}


def annotation(name, value):
    return {"annotations": [{"name": name, "value": value}]}


def caps(now, *sets):
    return {("capabilities", one): (now, "" if one in ("ambient", "inheritable") else DEFAULT) for one in sets}


def empty(name, **members):
    return [{"name": name, "kind": "empty", **members}]


def folder(name, **members):
    return [{"name": name, "kind": "host", "source": "/srv/probe/owned", **members}]


def mount(volume, path):
    return {"mounts": [{"volume": volume, "path": path}]}


# What an app has without any setting. Where the value is a function, it says what is wrong.
REFUSED = "add_key bpf init_module io_uring_setup kexec_load keyctl mount mount_setattr open_by_handle_at open_tree perf_event_open reboot " \
    "setns swapon syslog umount2 userfaultfd".split() + ["ioctl of TIOCSTI", "personality of no random addresses", "unshare of a user namespace"]
DEVICES = {"console", "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"}
VARIABLES = {"AC_APP_NAME", "AC_METADATA_URL", "HOME", "LOGNAME", "PATH", "SHELL", "USER", "container"}


def none_is(word):
    return lambda found: [name for name, value in found.items() if value == word]


def names_are(names):
    return lambda found: set(found) ^ names


def loose_mounts(found):
    """Nothing but the root has setuid files, and of the kernel's trees only /proc itself can be written."""
    for place, mount in found.items():
        options = set(mount["options"].split(","))
        if place != "/" and "nosuid" not in options or place.startswith(("/proc/", "/sys")) and not {"ro", "noexec", "nodev"} <= options:
            yield place


DEFAULTS = {
    ("ids", "users"): "0 0 0 0", ("ids", "groups"): "0 0 0 0", ("ids", "more"): "", ("securebits",): "0", ("no_new_privs",): "1",
    ("seccomp",): "2", ("keyring",): "EPERM", ("key_of_systemd",): "EPERM", ("cwd",): "/", ("umask",): "0022", ("session",): "leader", ("cgroup",): "0::/",
    ("signals",): {"blocked": "0" * 16, "ignored": "0" * 16}, ("interfaces",): ["eth0", "lo"],
    ("descriptors",): {"0": "/dev/null", "1": "socket", "2": "socket"},
    ("environment",): names_are(VARIABLES), ("devices",): names_are(DEVICES), ("mounts",): lambda found: list(loose_mounts(found)),
    ("nodes",): none_is("ok"), ("kernel_reads",): none_is("readable"), ("kernel_writes",): none_is("ok"),
    **{("calls", name): "EPERM" for name in REFUSED}, ("calls", "clone3"): "ENOSYS", ("calls", "unknown"): "ENOSYS",
    ("calls", "socket of AF_ALG"): "EAFNOSUPPORT", ("calls", "socket of AF_VSOCK"): "EAFNOSUPPORT", ("calls", "socket of AF_UNIX"): "ok",
    ("calls", "mkdirat"): "EFAULT", ("parameters", "net.ipv4.ip_unprivileged_port_start"): "0",
    ("files", "/etc/hosts", "text"): "127.0.0.1 localhost probe\n::1 localhost probe\n", ("files", "/etc/hostname", "text"): "probe\n",
    ("files", "/etc/mtab", "target"): "../proc/self/mounts", ("files", "/tmp", "mode"): "1777", ("files", "/run", "mode"): "0755",
    ("files", "/dev/shm", "mode"): "1777", ("files", "/etc/resolv.conf", "kind"): "file",
}
# Namespaces that are the host's.
HOSTS_OWN = {"time", "time_for_children"}

# What an app runs.
row("app.exec", app={"app": {"exec": ["/bin/probe", "report", "/nowhere/a b", "/$HOME", "/%n\\\"'"]}}, changes={"paths"},
    sees={("argv",): (["/bin/probe", "report", "/nowhere/a b", "/$HOME", "/%n\\\"'"], ["/bin/probe", "report"])})
row("app.exec", app={"app": {"exec": ["probe", "report"]}}, sees={("argv", 0): ("probe", "/bin/probe")})
AS_WEB = {"capabilities", "environment", "files", "nodes", "devices", "kernel_writes", "calls"}
row("app.user", app={"app": {"user": "1000"}}, changes=AS_WEB,
    sees={("ids", "users"): ("1000 1000 1000 1000", "0 0 0 0"), ("environment", "HOME"): ("/home/web", "/root"),
          ("environment", "USER"): ("web", "root"), ("environment", "SHELL"): ("/bin/probe", "/bin/sh"),
          **caps("", "permitted", "effective"), **caps(DEFAULT, "bounding"), **caps("", "ambient", "inheritable")})
row("app.user", app={"app": {"user": "web"}}, changes=AS_WEB, sees={("ids", "users"): ("1000 1000 1000 1000", "0 0 0 0")})
row("app.user", app={"app": {"user": "/srv/of-web"}}, changes=AS_WEB, sees={("ids", "users"): ("1000 1000 1000 1000", "0 0 0 0")})
# A name may be all digits, and then it is the name that counts.
row("app.user", app={"app": {"user": "42"}}, changes=AS_WEB, sees={("ids", "users"): ("4242 4242 4242 4242", "0 0 0 0")})
row("app.group", app={"app": {"group": "50"}}, sees={("ids", "groups"): ("50 50 50 50", "0 0 0 0")})
row("app.group", app={"app": {"group": "staff"}}, sees={("ids", "groups"): ("50 50 50 50", "0 0 0 0")})
row("app.group", app={"app": {"group": "/srv/of-web"}}, sees={("ids", "groups"): ("50 50 50 50", "0 0 0 0")})
row("app.supplementaryGIDs", app={"app": {"supplementaryGIDs": [7, 60000]}}, sees={("ids", "more"): ("7 60000", "")})
row("app.workingDirectory", app={"app": {"workingDirectory": "/srv"}}, sees={("cwd",): ("/srv", "/")})
row("app.environment environment.name environment.value",
    app={"app": {"environment": [{"name": "COLOUR", "value": "blue $HOME"}, {"name": "AC_APP_NAME", "value": "forged"},
                                 {"name": "container", "value": "forged"}]}},
    sees={("environment", "COLOUR"): ("blue $HOME", None), ("environment", "container"): ("podd", "podd")})
row("app.environment", app={"app": {"environment": [{"name": "PATH", "value": "/bin"}]}},
    sees={("environment", "PATH"): ("/bin", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")})
row("app.mountPoints mount-point.name mount-point.path mount-point.readOnly", look=["/point", "/nowhere"],
    app={"app": {"mountPoints": [{"name": "point", "path": "/point", "readOnly": True}]}}, changes={"mounts"},
    sees={("paths", "/point", "write"): ("EROFS", None), ("mounts", "/point", "options"): ("ro,nosuid,nodev,idmapped", None)})
row("app.ports port.name port.protocol port.port port.count",
    app={"app": {"ports": [{"name": "www", "protocol": "tcp", "port": 80, "count": 2, "socketActivated": True}]}},
    verify="/app/ports/0/socketActivated: nobody listens there")
elsewhere("99-socket-activation.sh", "port.socketActivated")
elsewhere("99-socket-proxy.sh", "podd.org/socket-proxy", "podd.org/idle-stop-sec")
row("app.userAnnotations app.userLabels", nothing=True, app={"app": {"userAnnotations": {"podd.org/umask": "0777"}, "userLabels": {"version": "1"}}})
elsewhere("27-handlers.sh", "app.eventHandlers", "handler.name", "handler.exec", words="pre-start")
row("app.isolators isolator.name isolator.value os/linux/oom-score-adj", app=isolator("os/linux/oom-score-adj", 321),
    sees={("oom_score_adj",): ("321", "0")}, unit={"OOMScoreAdjust": ("321", "0")})

# Rights.
row("os/linux/capabilities-retain-set", app=isolator("os/linux/capabilities-retain-set", {"set": ["CAP_KILL", "CAP_NET_ADMIN"]}),
    sees=caps("kill net_admin", "bounding", "effective", "permitted"), changes={"files", "nodes", "calls", "kernel_writes"})
row("os/linux/capabilities-retain-set", app=isolator("os/linux/capabilities-retain-set", {"set": ["CAP_SYS_ADMIN"]}),
    sees={**caps("sys_admin", "bounding", "effective"), ("calls", "mount"): ("EFAULT", "EPERM")},
    changes={"files", "nodes", "calls", "kernel_writes"})
row("os/linux/capabilities-retain-set", changes=AS_WEB,
    sees={("ids", "users"): ("1000 1000 1000 1000", "0 0 0 0"), **caps("chown kill", "bounding", "permitted", "effective", "ambient", "inheritable")},
    app={"app": {"user": "1000", "isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_KILL", "CAP_CHOWN"]}}]}})
row("os/linux/capabilities-remove-set", app=isolator("os/linux/capabilities-remove-set", {"set": ["CAP_MKNOD", "CAP_SYS_TIME"]}),
    sees=caps(DEFAULT.replace("mknod ", ""), "bounding", "effective", "permitted"), changes={"nodes", "calls"})
row("os/linux/no-new-privileges", app=isolator("os/linux/no-new-privileges", False), sees={("no_new_privs",): ("0", "1")})
row("os/linux/seccomp-retain-set", app=isolator("os/linux/seccomp-retain-set", {"set": ["@appc.io/all"]}), changes={"calls", "keyring", "seccomp"},
    sees={("calls", "mount"): ("EFAULT", "EPERM"), ("calls", "unshare of a user namespace"): ("ok", "EPERM"),
          ("calls", "userfaultfd"): ("EINVAL", "EPERM"), ("calls", "ioctl of TIOCSTI"): ("ENOTTY", "EPERM"),
          ("calls", "clone3"): ("EINVAL", "ENOSYS"), ("calls", "personality of no random addresses"): ("ok", "EPERM"),
          ("calls", "unknown"): ("ENOSYS", "ENOSYS"), ("seccomp_filters",): (ALL, ALL), ("key_of_systemd",): ("ENOKEY", "EPERM")})
row("os/linux/seccomp-remove-set", sees={("calls", "mkdirat"): ("EACCES", "EFAULT"), ("calls", "fchmodat"): ("EFAULT", "EFAULT")},
    app=isolator("os/linux/seccomp-remove-set", {"set": ["mkdirat"], "errno": "EACCES"}), changes={"calls"})
row("os/linux/seccomp-remove-set", app=isolator("os/linux/seccomp-remove-set", {"set": ["mkdirat"]}), changes={"calls"},
    sees={("calls", "mkdirat"): ("SIGSYS", "EFAULT")})
elsewhere("53-lsm.sh", "os/linux/selinux-context", "os/linux/apparmor-profile")
elsewhere("101-network-bandwidth.sh", "resource/network-bandwidth")

# Limits of units.
row("resource/memory", app=isolator("resource/memory", {"limit": "64Mi", "request": "16Mi"}),
    unit={"MemoryMax": ("67108864", "infinity"), "MemoryLow": ("16777216", "0")})
row("resource/cpu", app=isolator("resource/cpu", {"limit": "500m", "request": "250m"}),
    unit={"CPUQuotaPerSecUSec": ("500ms", "infinity"), "CPUWeight": ("25", "[not set]")})
row("resource/block-bandwidth", app=isolator("resource/block-bandwidth", {"default": True, "limit": "2M"}),
    unit={"IOReadBandwidthMax": (ALL, None), "IOWriteBandwidthMax": (ALL, None)})
row("resource/block-iops", app=isolator("resource/block-iops", {"default": True, "limit": "100"}),
    unit={"IOReadIOPSMax": (ALL, None), "IOWriteIOPSMax": (ALL, None)})
row("os/linux/cpu-shares", app=isolator("os/linux/cpu-shares", 2048), unit={"CPUWeight": ("79", "[not set]")})
row("podd.org/tasks-max", app=isolator("podd.org/tasks-max", 64), unit={"TasksMax": ("64", ALL)})
row("podd.org/memory-high", app=isolator("podd.org/memory-high", "48Mi"), unit={"MemoryHigh": ("50331648", "infinity")})
row("podd.org/memory-min", app=isolator("podd.org/memory-min", "1Mi"), unit={"MemoryMin": ("1048576", "0")})
row("podd.org/memory-swap-max", app=isolator("podd.org/memory-swap-max", 0), unit={"MemorySwapMax": ("0", "infinity")})
row("podd.org/cpu-weight", app=isolator("podd.org/cpu-weight", 300), unit={"CPUWeight": ("300", "[not set]")})
row("podd.org/io-weight", app=isolator("podd.org/io-weight", 50), unit={"IOWeight": ("50", "[not set]")})
row("podd.org/allowed-cpus", app=isolator("podd.org/allowed-cpus", "0"), unit={"AllowedCPUs": ("0", None)})
row("podd.org/allowed-memory-nodes", app=isolator("podd.org/allowed-memory-nodes", "0"), unit={"AllowedMemoryNodes": ("0", None)})

# Files.
row("runtime-app.readOnlyRootFS", app={"readOnlyRootFS": True, **mount("kept", "/kept")}, volumes=empty("kept"),
    look=["/kept", "/nowhere"], changes={"mounts", "files", "nodes"},
    sees={("files", "/", "write"): ("EROFS", "ok"), ("files", "/tmp", "write"): ("EROFS", "ok"), ("paths", "/kept", "write"): ("ok", None)})
row("runtime-app.mounts mount.volume mount.path volume.kind", app=mount("plain", "/new/deep"), volumes=empty("plain"),
    look=["/new/deep", "/new"], changes={"mounts"},
    sees={("paths", "/new/deep", "kind"): ("directory", None), ("paths", "/new/deep", "mode"): ("0755", None),
          ("paths", "/new/deep", "owner"): ("0:0", None), ("paths", "/new", "mode"): ("0755", None),
          ("paths", "/new", "owner"): ("0:0", None)})
row("mount.appVolume", look=["/own"], changes={"mounts"}, sees={("paths", "/own", "mode"): ("0701", None)},
    app={"mounts": [{"volume": "plain", "path": "/own", "appVolume": {"name": "own", "kind": "empty", "mode": "0701"}}]})
row("volume.mode volume.uid volume.gid", app=mount("modes", "/modes"), volumes=empty("modes", mode="2750", uid=1000, gid=50),
    look=["/modes"], changes={"mounts"}, sees={("paths", "/modes", "mode"): ("2750", None), ("paths", "/modes", "owner"): ("1000:50", None)})
row("volume.readOnly", app=mount("closed", "/closed"), volumes=folder("closed", readOnly=True), look=["/closed"], changes={"mounts"},
    sees={("paths", "/closed", "write"): ("EROFS", None), ("mounts", "/closed", "options"): ("ro,nosuid,nodev,idmapped", None)})
row("volume.source volume.name", app=mount("folder", "/folder"), volumes=folder("folder"), changes={"mounts"},
    look=["/folder", "/folder/mine", "/folder/other"],
    sees={("paths", "/folder", "write"): ("ok", None), ("paths", "/folder/mine", "owner"): ("0:0", None),
          ("paths", "/folder/other", "owner"): ("65534:65534", None)})
# Without setuidFiles, all apps of the pod were confined otherwise.
row("volume.idmap", app=mount("numbers", "/numbers"), volumes=folder("numbers", idmap="host", setuidFiles=True), changes={"mounts"},
    look=["/numbers/mine"], sees={("paths", "/numbers/mine", "owner"): ("1000:1001", None)})
row("volume.medium volume.size", app=mount("memory", "/memory"), volumes=empty("memory", medium="memory", size="1Mi"), changes={"mounts"},
    look=["/memory"], sees={("mounts", "/memory", "type"): ("tmpfs", None), ("paths", "/memory", "write"): ("ok", None)})
row("volume.fromImage", app=mount("begun", "/srv"), volumes=empty("begun", fromImage=True), changes={"mounts"}, look=["/srv", "/srv/of-web"],
    sees={("paths", "/srv/of-web", "owner"): ("1000:50", None), ("paths", "/srv", "write"): ("ok", None)})
elsewhere("12-arguments.sh", "runtime-app.args", words="args")
elsewhere("45-volumes.sh", "volume.recursive")
elsewhere("57-propagation.sh", "volume.propagation")
elsewhere("59-setuid-outside.sh", "volume.setuidFiles")

# Annotations of an app.
row("podd.org/restart-sec", app=annotation("podd.org/restart-sec", "5"), unit={"RestartUSec": ("5s", "100ms")})
row("podd.org/start-limit-burst podd.org/start-limit-interval-sec", unit={"StartLimitBurst": ("4", "5"), "StartLimitIntervalUSec": ("1min", "10s")},
    app={"annotations": [{"name": "podd.org/start-limit-burst", "value": "4"}, {"name": "podd.org/start-limit-interval-sec", "value": "60"}]})
row("podd.org/stop-signal", app=annotation("podd.org/stop-signal", "SIGQUIT"), unit={"KillSignal": ("3", "15")})
row("podd.org/stop-timeout-sec", app=annotation("podd.org/stop-timeout-sec", "5"), unit={"TimeoutStopUSec": ("5s", "1min 30s")})
row("podd.org/kill-mode", app=annotation("podd.org/kill-mode", "process"), unit={"KillMode": ("process", "mixed")})
row("podd.org/oom-policy", app=annotation("podd.org/oom-policy", "continue"), unit={"OOMPolicy": ("continue", "stop")})
elsewhere("49-private-pids.sh", "podd.org/private-pids")
row("podd.org/umask", app=annotation("podd.org/umask", "0077"), sees={("umask",): ("0077", "0022")}, unit={"UMask": ("0077", "0022")})
row("podd.org/limit-", sees={("limits", "nofile"): ("64:128", ALL), ("limits", "core"): ("0:0", ALL), ("limits", "stack"): ("4194304:infinity", ALL),
                             ("limits", "cpu"): ("99:100", "infinity:infinity"), ("limits", "rtprio"): ("0:0", "0:0")},
    app={"annotations": [{"name": "podd.org/limit-" + name, "value": value} for name, value in
                         (("nofile", "64:128"), ("core", "0"), ("stack", "4M:infinity"), ("cpu", "99:100"), ("rtprio", "0"))]})
row("podd.org/stdio-links", app=annotation("podd.org/stdio-links", "true"), changes={"devices"},
    sees={("devices", "stdout", "kind"): ("fifo", "link"), ("devices", "stderr", "kind"): ("fifo", "link"),
          ("devices", "stdout", "mode"): ("0600", "0777")})
row("podd.org/load-credential", app=annotation("podd.org/load-credential", "plain:/etc/hostname"), changes={"mounts", "devices"},
    sees={("environment", "CREDENTIALS_DIRECTORY"): (ALL, None)})
elsewhere("24-exit-policy.sh", "podd.org/restart", "podd.org/exit-policy")
elsewhere("28-restart.sh", "podd.org/restart-steps", "podd.org/restart-max-delay-sec", words="restart-steps")
elsewhere("25-app-order.sh", "podd.org/after", "podd.org/requires")
elsewhere("26-init-apps.sh", "podd.org/init")
elsewhere("37-limits.sh", "podd.org/best-effort")
elsewhere("46-notify.sh", "appc.io/executor/supports-systemd-notify")
elsewhere("58-credentials.sh", "podd.org/load-credential-encrypted")
elsewhere("87-aci-sources.sh", "podd.org/pull-policy", "podd.org/pull-from", words="pull-from")

# The pod.
elsewhere("21-generator-bad-manifests.sh", "pod.acKind", words="acKind")
row("pod.acVersion", pod={"acVersion": "1.30.0"}, verify='/acVersion: "1.30.0" is newer than 0.8.11, which podd follows')
row("pod.apps runtime-app.name", sees={("environment", "AC_APP_NAME"): ("other", "plain")}, pod={"name of the app": "other"})
row("pod.userAnnotations pod.userLabels", nothing=True, pod={"userAnnotations": {"podd.org/hostname": "forged"}, "userLabels": {"a": "b"}})
elsewhere("96-network-ports.sh", "pod.ports", "exposed-port.name", "exposed-port.hostPort", "exposed-port.hostIP", "exposed-port.podPort", words="hostPort")
row("pod.isolators os/unix/sysctl", pod={"isolators": [{"name": "os/unix/sysctl", "value": {"kernel.shmmni": "55", "net.core.somaxconn": "77"}}]},
    sees={("parameters", "kernel.shmmni"): ("55", ALL), ("parameters", "net.core.somaxconn"): ("77", ALL)})
row("pod.isolators", pod={"isolators": [{"name": "resource/memory", "value": {"limit": "1Gi"}}]}, slice={"MemoryMax": ("1073741824", "infinity")})
row("pod.annotations annotation.name annotation.value podd.org/hostname", pod=annotation("podd.org/hostname", "somebody"),
    sees={("hostname",): ("somebody", "probe"), ("files", "/etc/hostname", "text"): ("somebody\n", "probe\n")}, changes={"files"})
row("podd.org/description", pod=annotation("podd.org/description", "50% of $HOME"), unit={"Description": ("50% of $HOME", "Pod probe")})
row("podd.org/hide-processes", pod=annotation("podd.org/hide-processes", "true"), changes={"mounts"},
    sees={("mounts", "/proc", "super"): ("rw,hidepid=invisible", "rw"), ("init",): ("ENOENT", "ok")})
elsewhere("22-generator-boot.sh", "podd.org/wanted-by")
elsewhere("44-network.sh", "podd.org/network")
elsewhere("95-network-access.sh", "podd.org/network-access", words="network-access")
elsewhere("34-metadata.sh", "podd.org/metadata")
row("podd.org/hosts", pod=annotation("podd.org/hosts", "192.0.2.7=db.example.com,db"),
    sees={("files", "/etc/hosts", "text"): ("127.0.0.1 localhost somebody\n::1 localhost somebody\n192.0.2.7 db.example.com db\n",
                                            "127.0.0.1 localhost probe\n::1 localhost probe\n")}, changes={"files"})
row("podd.org/dns", pod=annotation("podd.org/dns", "127.0.0.1 192.0.2.53"),
    sees={("files", "/etc/resolv.conf", "text"): ("nameserver 127.0.0.1\nnameserver 192.0.2.53\n", ALL)}, changes={"files"})
elsewhere("98-network-dns.sh", "podd.org/dns-search", "podd.org/dns-options", words="dns-options")
elsewhere("54-app-files.sh", "podd.org/timezone", words="podd.org/timezone")
row("pod.volumes", app=mount("plain", "/plain"), volumes=[], look=["/plain"], changes={"mounts"}, sees={("paths", "/plain", "kind"): ("directory", None)})

# Which image.
row("runtime-app.image image-reference.name image-reference.labels label.name label.value", look=["/etc/version"],
    app={"image": {"name": "example.com/tried-plain", "labels": [{"name": "version", "value": "1"}]}},
    sees={("paths", "/etc/version", "text"): ("1\n", None)})
row("image-reference.id", app={"image": {"id": "ID of version 1"}}, look=["/etc/version"],
    sees={("paths", "/etc/version", "text"): ("1\n", None)})

# The image's own word, where the pod has none.
row("image.app image.name image.acVersion image.acKind", image={"app": {"exec": ["/bin/probe", "report", "/etc"], "user": "web", "group": "staff"}},
    sees={("argv", 2): ("/etc", None), ("ids", "users"): ("1000 1000 1000 1000", "0 0 0 0"), ("ids", "groups"): ("50 50 50 50", "0 0 0 0")},
    changes=AS_WEB | {"paths"})
row("image.app", image={"app": {"workingDirectory": "/srv", "supplementaryGIDs": [8], "environment": [{"name": "OF", "value": "the image"}],
                                "isolators": [{"name": "os/linux/oom-score-adj", "value": 123}],
                                "mountPoints": [{"name": "of-image", "path": "/of-image", "readOnly": True}]}},
    sees={("cwd",): ("/srv", "/"), ("ids", "more"): ("8", ""), ("environment", "OF"): ("the image", None), ("oom_score_adj",): ("123", "0"),
          ("mounts", "/of-image", "options"): ("ro,nosuid,nodev,idmapped", None)})
row("runtime-app.app", nothing=True, app={"image": {"name": "example.com/tried-full"}}, changes={"files"})
elsewhere("34-metadata.sh", "image.annotations", "runtime-app.annotations", words="the app")
elsewhere("30-import-formats.sh", "image.labels", words="labels")
elsewhere("85-dependencies.sh", "image.dependencies", "image.pathWhitelist", "dependency.imageName", "dependency.imageID", "dependency.labels",
          "dependency.size", words="pathWhitelist")

# OCI.
row("oci.config.Entrypoint oci.config.Cmd", oci={"Entrypoint": ["/bin/probe"], "Cmd": ["report", "/data", "/data/seed", "/made"]},
    sees={("argv",): (["/bin/probe", "report", "/data", "/data/seed", "/made"], ["/bin/probe", "report"])}, changes={"paths"})
row("oci.config.Env", oci={"Env": ["OF=oci = x", "PATH=/bin"]},
    sees={("environment", "OF"): ("oci = x", None), ("environment", "PATH"): ("/bin", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")})
row("oci.config.User podd.org/group-from-user", oci={"User": "web"}, changes=AS_WEB,
    sees={("ids", "users"): ("1000 1000 1000 1000", "0 0 0 0"), ("ids", "groups"): ("50 50 50 50", "0 0 0 0"), ("ids", "more"): ("60", "")})
row("oci.config.WorkingDir podd.org/make-working-directory", oci={"WorkingDir": "/made"}, sees={("cwd",): ("/made", "/"), ("paths", "/made", "mode"): ("0755", None)})
row("oci.config.Volumes", oci={"Volumes": {"/data": {}}}, changes={"mounts"},
    sees={("paths", "/data", "write"): ("ok", None), ("paths", "/data/seed", "text"): ("of the image\n", None)})
row("oci.config.Labels oci.config.ExposedPorts oci.author oci.created",
    oci={"author": "somebody", "created": "2024-01-01T00:00:00Z", "Labels": {"podd.org/stdio-links": "true", "any thing": "1"}, "ExposedPorts": {"80/tcp": {}}}, changes={"devices"},
    sees={("devices", "stdout", "kind"): ("fifo", "link")})
# What only builders and Windows know, and what Docker once wrote and never read.
row("oci.config.ArgsEscaped oci.config.CpuShares oci.config.Domainname oci.config.Hostname oci.config.Memory oci.config.MemorySwap "
    "oci.config.OnBuild oci.config.Shell oci.os.version oci.os.features", nothing=True,
    oci={"ArgsEscaped": True, "CpuShares": 2, "Domainname": "example.com", "Hostname": "forged", "Memory": 1, "MemorySwap": 1,
         "OnBuild": ["RUN /bin/false"], "Shell": ["/bin/false"], "os.version": "1", "os.features": ["none"]})
elsewhere("unit/schema/oci_to_appc_test.cpp", "oci.config.StopSignal", "oci.config.Healthcheck", "oci.architecture", "oci.os", "oci.variant",
          words="stop_signal")
elsewhere("31-import-attacks.sh", "oci.rootfs", words="lying-diffid")
elsewhere("82-store.sh", "oci.history", words="history")

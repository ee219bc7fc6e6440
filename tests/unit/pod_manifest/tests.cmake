# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(pod_manifest LINK podd_pod_manifest)

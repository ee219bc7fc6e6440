# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(pod LINK podd_pod podd_pod_findings podd_pod_manifest)

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/bus_error.h"

#include <doctest/doctest.h>

#include "client/bus_path.h"
#include "client/systemd.h"

using namespace podd;

TEST_CASE("errors keep their code on the way over the bus") {
    using base::ErrorCode;
    for (const ErrorCode code :
         {ErrorCode::kInvalidArgument, ErrorCode::kNotFound, ErrorCode::kConflict,
          ErrorCode::kUntrusted, ErrorCode::kCorrupt, ErrorCode::kUnsupported, ErrorCode::kDenied,
          ErrorCode::kUnavailable, ErrorCode::kIo, ErrorCode::kInternal}) {
        const base::Error error{code, "pod \"web\": why"};
        const base::Error back = client::from_bus_error(client::to_bus_error(error));
        CAPTURE(client::bus_error_name(code));
        CHECK(back.code() == code);
        CHECK(back.message() == error.message());
    }
}

TEST_CASE("errors of systemd, polkit and the bus are understood") {
    CHECK(client::error_code("org.freedesktop.systemd1.NoSuchUnit") == base::ErrorCode::kNotFound);
    CHECK(client::error_code("org.freedesktop.systemd1.UnitExists") == base::ErrorCode::kConflict);
    CHECK(client::error_code("org.freedesktop.DBus.Error.InteractiveAuthorizationRequired") ==
          base::ErrorCode::kDenied);
    CHECK(client::error_code("org.freedesktop.DBus.Error.ServiceUnknown") ==
          base::ErrorCode::kUnavailable);
    CHECK(client::error_code("com.example.Strange") == base::ErrorCode::kIo);
}

TEST_CASE("an error without text says its name") {
    const sdbus::Error error{client::ErrorName{"com.example.Strange"}, ""};
    CHECK(client::from_bus_error(error).message() == "com.example.Strange");
}

TEST_CASE("names become object paths as systemd writes them") {
    CHECK(client::pod_path("web") == "/org/podd1/pod/web");
    CHECK(client::pod_path("a-b") == "/org/podd1/pod/a_2db");
    CHECK(client::app_path("web", "php-fpm") == "/org/podd1/pod/web/app/php_2dfpm");
    CHECK(client::image_path("sha256:ab") == "/org/podd1/image/sha256_3aab");
    CHECK(client::unit_path("pod-web@nginx.service") ==
          "/org/freedesktop/systemd1/unit/pod_2dweb_40nginx_2eservice");
    CHECK(client::unit_of_path(client::unit_path("pod-web@nginx.service")) ==
          "pod-web@nginx.service");
    CHECK(client::unit_of_path("/org/freedesktop/systemd1").empty());
}

TEST_CASE("the version of systemd is read from all its spellings") {
    CHECK(*client::parse_systemd_version("252.39-1~deb12u1") == 252);
    CHECK(*client::parse_systemd_version("257.13-1~deb13u1") == 257);
    CHECK(*client::parse_systemd_version("262~rc1") == 262);
    CHECK(!client::parse_systemd_version("v252"));
    CHECK(!client::parse_systemd_version(""));
}

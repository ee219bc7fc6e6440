// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/aws.h"

#include <doctest/doctest.h>

using namespace podd;  // NOLINT

TEST_SUITE("fetch/aws") {
    TEST_CASE("the region stands in the name of the host") {
        struct Row {
            const char* host;
            const char* region;
        };
        const Row rows[] = {
            {"s3.amazonaws.com", "us-east-1"},
            {"bucket.s3.amazonaws.com", "us-east-1"},
            {"s3.eu-west-1.amazonaws.com", "eu-west-1"},
            {"bucket.with.dots.s3.eu-west-1.amazonaws.com:443", "eu-west-1"},
            {"s3-ap-south-1.amazonaws.com", "ap-south-1"},
            {"bucket.s3-ap-south-1.amazonaws.com", "ap-south-1"},
            {"bucket.s3.dualstack.us-west-2.amazonaws.com", "us-west-2"},
            {"bucket.s3.cn-north-1.amazonaws.com.cn", "cn-north-1"},
            {"ec2.eu-west-1.amazonaws.com", "us-east-1"},
            {"s3.eu-west-1.example.com", "us-east-1"},
            {"amazonaws.com", "us-east-1"},
            {"", "us-east-1"},
        };
        for (const Row& row : rows) {
            CAPTURE(row.host);
            CHECK(fetch::aws_region(row.host) == row.region);
        }
    }

    TEST_CASE("what is no region would change the signature's scope") {
        CHECK(fetch::is_aws_region("eu-west-1"));
        for (const char* text : {"", "eu:s3", "EU", "eu west", "a/b"}) {
            CAPTURE(text);
            CHECK_FALSE(fetch::is_aws_region(text));
        }
    }
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Requests that are signed as Amazon's S3 and its likes want it (AWS Signature, version 4).
#pragma once

#include <string>
#include <string_view>

namespace podd::fetch {

struct AwsKey {
    std::string id{};
    std::string secret{};
    std::string region{};
    bool operator==(const AwsKey&) const = default;
};

/// The region that a host's name says it is in, "eu-west-1" of "bucket.s3.eu-west-1.amazonaws.com"
/// or "s3-eu-west-1.amazonaws.com"; "us-east-1" where it says nothing. With or without a port.
std::string aws_region(std::string_view host);

/// Goes into a signature as it is: a word of lower-case letters, digits and dashes.
bool is_aws_region(std::string_view region);

}  // namespace podd::fetch

// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/annotations.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/number.h"
#include "schema/annotation_json.h"
#include "schema/choices.h"
#include "schema/credential_names.h"
#include "schema/health.h"
#include "schema/signal.h"
#include "schema/time_span.h"
#include "schema/word_list.h"

namespace podd::schema {

using base::Result;

namespace {

constexpr std::string_view kOurs = "podd.org/";

constexpr Choices<ExitPolicy, 3> kExitPolicies{
    {{"on-failure", ExitPolicy::kOnFailure}, {"any", ExitPolicy::kAny}, {"all", ExitPolicy::kAll}}};
constexpr Choices<Restart, 3> kRestarts{
    {{"no", Restart::kNo}, {"on-failure", Restart::kOnFailure}, {"always", Restart::kAlways}}};
// "none" leaves processes behind that nothing ends, and systemd warns of it.
constexpr Choices<std::string_view, 3> kKillModes{
    {{"mixed", "mixed"}, {"control-group", "control-group"}, {"process", "process"}}};
constexpr Choices<std::string_view, 3> kOomPolicies{
    {{"stop", "stop"}, {"continue", "continue"}, {"kill", "kill"}}};
constexpr Choices<bool, 2> kFlags{{{"true", true}, {"false", false}}};

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Source: hostname(7): labels of letters, digits and dashes; 64 bytes is what the kernel keeps.
Result<std::string> host_name(std::string_view text) {
    bool good = !text.empty() && text.size() <= 64;
    char before = '.';
    for (const char c : text) {
        good = good && (is_letter_or_digit(c) || (c == '-' && before != '.') ||
                        (c == '.' && before != '.' && before != '-'));
        before = c;
    }
    if (!good || before == '.' || before == '-')
        return found_wanted(quoted(text),
                            "a host name: letters, digits, dashes and dots, at most 64 bytes");
    return std::string{text};
}

// Source: the names in tzdata's zone1970.tab and backward: words of letters, digits and "+-_".
Result<std::string> time_zone(std::string_view text) {
    bool good = !text.empty() && text.size() <= 255;
    char before = '/';
    for (const char c : text) {
        good = good && (is_letter_or_digit(c) || (c == '/' && before != '/') ||
                        ((c == '-' || c == '+' || c == '_') && before != '/'));
        before = c;
    }
    if (!good || before == '/')
        return found_wanted(
            quoted(text),
            "\"local\" or the name of a time zone such as \"UTC\" or \"Europe/Berlin\"");
    return std::string{text};
}

Result<std::string> one_line(std::string_view text) {
    const bool good = std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
    });
    if (!good || text.size() > 1024)
        return found_wanted(quoted(text), "one line of text of at most 1024 bytes");
    return std::string{text};
}

Result<std::uint64_t> stop_timeout(std::string_view text) {
    const auto usec = TRY(parse_time_span(text));
    // systemd takes 0 for "no timeout": more likely somebody wants to kill at once.
    if (usec == 0)
        return found_wanted(quoted(text), "a time span above 0, or \"infinity\" for no timeout");
    return usec;
}

Result<std::uint64_t> finite_span(std::string_view text) {
    const auto usec = TRY(parse_time_span(text));
    if (usec == kInfinity) return found_wanted(quoted(text), "a time span that ends");
    return usec;
}

Result<std::uint64_t> idle_span(std::string_view text) {
    constexpr std::uint64_t kLeast = 1'000'000;
    const auto usec = TRY(finite_span(text));
    if (usec < kLeast) return found_wanted(quoted(text), "a time span of at least a second");
    return usec;
}

Result<std::uint32_t> count(std::string_view text) {
    constexpr std::uint32_t kMost = 1'000'000;
    const auto number = base::parse_number<std::uint32_t>(text);
    if (!number || *number == 0 || *number > kMost)
        return found_wanted(quoted(text), fmt::format("a number from 1 to {}", kMost));
    return *number;
}

bool is_limit(std::string_view name) {
    return name.starts_with(kLimit) && !limit_key(name.substr(kLimit.size())).empty();
}

bool is_pod_annotation(std::string_view name) {
    return name == kWantedBy || is_network_annotation(name) || is_name_annotation(name) ||
           name == kExitPolicy || name == kHostname || name == kDescription || name == kTimezone ||
           name == kHideProcesses || name == kMetadata || name == kIdleStop;
}
bool is_app_annotation(std::string_view name) {
    return name == kRestart || name == kRestartSec || name == kStopSignal || name == kStopTimeout ||
           name == kStdioLinks || name == kPullPolicy || name == kPullFrom || name == kAfter ||
           name == kRequires || name == kBestEffort || name == kInit || name == kLoadCredential ||
           name == kLoadCredentialEncrypted || name == kRestartSteps || name == kRestartMaxDelay ||
           name == kStartLimitBurst || name == kStartLimitInterval || name == kKillMode ||
           name == kOomPolicy || name == kUmask || name == kPrivatePids || name == kSocketProxy ||
           is_limit(name) || is_health_annotation(name);
}

Result<void> apply(PodSettings& settings, const Annotation& annotation) {
    if (TRY(apply_network(settings, annotation))) return {};
    if (TRY(apply_names(settings.names, annotation))) return {};
    const std::string_view name = annotation.name.str();
    const std::string_view value = annotation.value;
    if (name == kWantedBy)
        settings.wanted_by = TRY(unit_names(value));
    else if (name == kExitPolicy)
        settings.exit_policy = TRY(choose(kExitPolicies, value));
    else if (name == kHostname)
        settings.hostname = TRY(host_name(value));
    else if (name == kDescription)
        settings.description = TRY(one_line(value));
    else if (name == kTimezone)
        settings.timezone = TRY(time_zone(value));
    else if (name == kBestEffort)
        settings.best_effort = TRY(choose(kFlags, value));
    else if (name == kHideProcesses)
        settings.hide_processes = TRY(choose(kFlags, value));
    else if (name == kMetadata)
        settings.metadata = TRY(choose(kFlags, value));
    else if (name == kIdleStop)
        settings.idle_stop_usec = TRY(idle_span(value));
    else if (is_app_annotation(name))
        return found_wanted("it on the pod", "it in the \"annotations\" of an app");
    else if (name.starts_with(kOurs))
        return found_wanted("an annotation that podd does not know", "one of podd.pod(5)");
    return {};
}

// What an image may say as well as a pod manifest.
Result<void> apply_of_image(AppSettings& settings, const Annotation& annotation) {
    const std::string_view name = annotation.name.str();
    if (name == kStopSignal)
        settings.stop_signal = TRY(parse_signal(annotation.value));
    else if (name == kStopTimeout)
        settings.stop_timeout_usec = TRY(stop_timeout(annotation.value));
    else if (name == kSupportsNotify)
        settings.supports_notify = TRY(choose(kFlags, annotation.value));
    else if (name == kStdioLinks)
        settings.stdio_links = TRY(choose(kFlags, annotation.value));
    else if (HealthSettings checked; is_health_annotation(name))
        return apply_health(checked, name, annotation.value);  // read by health_settings()
    return {};
}

// What has its name from a setting of systemd. Whether it was that.
Result<bool> apply_unit_setting(AppSettings& settings, const Annotation& annotation) {
    const std::string_view name = annotation.name.str();
    const std::string_view value = annotation.value;
    if (name == kRestart)
        settings.restart = TRY(choose(kRestarts, value));
    else if (name == kRestartSec)
        settings.restart_usec = TRY(finite_span(value));
    else if (name == kRestartSteps)
        settings.restart_steps = TRY(count(value));
    else if (name == kRestartMaxDelay)
        settings.restart_max_delay_usec = TRY(finite_span(value));
    else if (name == kStartLimitBurst)
        settings.start_limit_burst = TRY(count(value));
    else if (name == kStartLimitInterval)
        settings.start_limit_interval_usec = TRY(parse_time_span(value));
    else if (name == kKillMode)
        settings.kill_mode = TRY(choose(kKillModes, value));
    else if (name == kOomPolicy)
        settings.oom_policy = TRY(choose(kOomPolicies, value));
    else if (name == kUmask)
        settings.umask = TRY(parse_umask(value));
    else if (name == kPrivatePids)
        settings.private_pids = TRY(choose(kFlags, value));
    else if (is_limit(name))
        settings.limits.push_back(TRY(process_limit(name.substr(kLimit.size()), value)));
    else
        return false;
    return true;
}

Result<void> apply(AppSettings& settings, const Annotation& annotation) {
    if (TRY(apply_unit_setting(settings, annotation))) return {};
    const std::string_view name = annotation.name.str();
    if (name == kAfter)
        settings.after = TRY(app_names(annotation.value));
    else if (name == kRequires)
        settings.required = TRY(app_names(annotation.value));
    else if (name == kInit)
        settings.init = TRY(choose(kFlags, annotation.value));
    else if (name == kSocketProxy)
        settings.socket_proxy = TRY(choose(kFlags, annotation.value));
    else if (name == kPullPolicy)
        settings.pull_policy = TRY(parse_pull_policy(annotation.value));
    else if (name == kPullFrom)
        settings.pull_from = TRY(parse_fetch_reference(annotation.value));
    else if (name == kBestEffort)
        settings.best_effort = TRY(choose(kFlags, annotation.value));
    else if (name == kLoadCredential)
        settings.credentials = TRY(parse_credentials(annotation.value));
    else if (name == kLoadCredentialEncrypted)
        settings.encrypted_credentials = TRY(parse_credentials(annotation.value));
    else if (is_pod_annotation(name))
        return found_wanted("it on an app", "it in the \"annotations\" of the pod");
    else if (name.starts_with(kOurs) && !is_app_annotation(name))
        return found_wanted("an annotation that podd does not know", "one of podd.pod(5)");
    return apply_of_image(settings, annotation);
}

// Without the document: the annotation's name says where.
template <typename Settings, typename Apply>
Result<Settings> settings_of(const std::vector<Annotation>& annotations, Apply apply_one) {
    Settings settings;
    for (const auto& annotation : annotations)
        TRY_CONTEXT(apply_one(settings, annotation), "annotation \"{}\"", annotation.name.str());
    return settings;
}

template <typename Settings>
Result<Settings> read_settings(const JsonNode& owner, const std::vector<Annotation>& annotations) {
    Settings settings;
    const JsonNode list = TRY(owner.member("annotations"));
    for (std::size_t index = 0; index < annotations.size(); ++index) {
        auto applied = apply(settings, annotations[index]);
        if (applied) continue;
        const JsonNode element = list.element(index);
        return element.here(std::move(applied).error().with_context(
            fmt::format("\"{}\"", annotations[index].name.str())));
    }
    return settings;
}

}  // namespace

Result<PodSettings> read_pod_settings(const JsonNode& owner,
                                      const std::vector<Annotation>& annotations) {
    auto settings = TRY(read_settings<PodSettings>(owner, annotations));
    TRY(check_network(owner, annotations, settings));
    TRY(check_names(owner, annotations, settings));
    return settings;
}

Result<AppSettings> read_app_settings(const JsonNode& owner,
                                      const std::vector<Annotation>& annotations) {
    auto settings = TRY(read_settings<AppSettings>(owner, annotations));
    if (settings.init && TRY(health_settings(annotations)).has_check())
        return owner.here(found_wanted(fmt::format("\"{}\" on an init app", kHealthCommand),
                                       "none: it ends by itself"));
    return settings;
}

Result<PodSettings> pod_settings(const PodManifest& manifest) {
    return settings_of<PodSettings>(
        manifest.annotations,
        [](PodSettings& settings, const Annotation& one) { return apply(settings, one); });
}

Result<AppSettings> app_settings(const RuntimeApp& app) {
    return settings_of<AppSettings>(
        app.annotations,
        [](AppSettings& settings, const Annotation& one) { return apply(settings, one); });
}

Result<AppSettings> image_settings(const std::vector<Annotation>& annotations) {
    return settings_of<AppSettings>(annotations, apply_of_image);
}

}  // namespace podd::schema

#include "models/scenario/import.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "models/cluster/manifest_set.h"
#include "models/cluster/objects.h"
#include "models/cni/az_reader.h"
#include "models/cni/install_script.h"
#include "models/cni/shell_words.h"
#include "models/document/parser.h"
#include "models/document/spelling.h"
#include "models/policy/policy.h"
#include "models/scenario/internal/cluster_defaults.h"
#include "models/scenario/scenario_reader.h"

namespace cnisim::scenario {
namespace {

using document::Diagnostics;
using document::SourceLocation;
using document::Value;

constexpr std::string_view kArgument = "command line";
constexpr int kCommentColumn = 60;

/// A file's use for the scenario.  One file may hold several.
struct ManifestFile {
  std::string path;
  bool application = false;
  bool policy = false;
  bool installation = false;
  bool flannel = false;
  bool kube_proxy = false;
  bool node = false;
};

/// A CNI that Helm installs.
struct Release {
  std::string cni;
  std::vector<std::string> values;    ///< paths
  std::vector<std::string> settings;  ///< "path=value"
  std::string version;                ///< of the chart
};

struct PoolText {
  std::string name;
  std::string sku;
  int count = 0;
  std::optional<int> max_pods;
  std::set<int> zones;
  std::string max_surge;
  std::string proximity_placement_group;
  std::optional<int> min_count, max_count;
  std::string guessed;  ///< what of it is a guess; empty: nothing
};

struct ConfigurationText {
  std::string name;
  std::string az;                  ///< YAML of the value
  std::vector<std::string> lines;  ///< further keys, "cilium: {...}"
  std::string comment;
};

/// A YAML scalar that reads back as `text`, fit for flow style.
std::string Scalar(std::string_view text) {
  const bool plain = !text.empty() &&
                     text.find_first_of("#:,[]{}&*!|>'\"%@`\n\t") == std::string_view::npos &&
                     text.front() != ' ' && text.back() != ' ' && text.front() != '?';
  if (plain) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

/// `line` with a comment behind it, aligned where there is room.
std::string WithComment(const std::string& line, const std::string& comment) {
  if (comment.empty()) return line + '\n';
  const std::size_t width = line.size() < kCommentColumn ? kCommentColumn : line.size() + 2;
  return fmt::format("{:<{}}# {}\n", line, width, comment);
}

class Importer {
 public:
  Importer(const ImportRequest& request, const Catalog& catalog, Diagnostics& diagnostics)
      : request_(request), catalog_(catalog), diagnostics_(diagnostics) {
    defaults_ = internal::ClusterDefaults::Load(catalog.files, diagnostics);
  }

  std::optional<std::string> Import() {
    manifest_paths_ = request_.manifests;
    ReadAz();
    ReadHelm();
    ReadManifests();
    if (diagnostics_.has_errors()) return std::nullopt;
    FindPools();
    FindConfigurations();
    if (configurations_.empty()) {
      Error("nothing says which network the cluster has",
            "give --az '--network-plugin azure', or --compare-all for AKS's own modes");
      return std::nullopt;
    }
    std::string text = Write();
    // The reader is the judge: what it refuses must not be written.
    Diagnostics check;
    const auto scenario = ReadScenarioText(text, OutputPath(), catalog_, check);
    if (!scenario) {
      diagnostics_.Merge(check);
      return std::nullopt;
    }
    return text;
  }

 private:
  void Error(std::string message, std::string hint = {}) {
    diagnostics_.Error({std::string(kArgument), 0, 0}, "", std::move(message), std::move(hint));
  }

  std::string OutputPath() const {
    return request_.output.empty() ? "scenario.yaml" : request_.output;
  }

  /// A file of the caller as the scenario has to name it.
  std::string Relative(const std::string& path) const {
    namespace fs = std::filesystem;
    std::error_code failed;
    fs::path folder = fs::path(OutputPath()).parent_path();
    if (folder.empty()) folder = ".";
    const fs::path relative =
        fs::proximate(fs::absolute(path, failed).lexically_normal(),
                      fs::absolute(folder, failed).lexically_normal(), failed);
    return failed ? path : relative.generic_string();
  }

  // Reading.

  void ReadAz() {
    if (!request_.az) return;
    const std::string& text = *request_.az;
    if (cni::IsAzCommandLine(text)) {
      const SourceLocation start{std::string(kArgument), 0, 0};
      az_ = cni::ReadAzText(text, start, /*one_place=*/true, catalog_.limits, diagnostics_);
      TakeInstalls(cni::ReadInstallScript(text, start, /*one_place=*/true, diagnostics_), "");
      az_inline_ = true;
      return;
    }
    const std::optional<std::string> script = document::ReadFile(text, diagnostics_);
    if (!script) return;
    diagnostics_.AddSource(text, std::make_shared<const std::string>(*script));
    az_ =
        cni::ReadAzText(*script, {text, 1, 1}, /*one_place=*/false, catalog_.limits, diagnostics_);
    TakeInstalls(cni::ReadInstallScript(*script, {text, 1, 1}, /*one_place=*/false, diagnostics_),
                 std::filesystem::path(text).parent_path().string());
  }

  /// A script is run from anywhere: a file that it names stands beside it or where we were called.
  std::optional<std::string> FileOfScript(const cni::NamedFile& file, const std::string& folder) {
    namespace fs = std::filesystem;
    std::error_code failed;
    const fs::path beside = fs::path(folder) / file.path;
    if (fs::exists(beside, failed)) return beside.string();
    if (fs::exists(file.path, failed)) return file.path;
    diagnostics_.Error(file.where, "", fmt::format("cannot find '{}'", file.path),
                       "looked beside the script and in the current folder");
    return std::nullopt;
  }

  void TakeInstalls(const cni::InstallScript& script, const std::string& folder) {
    for (const cni::HelmRelease& found : script.releases) {
      if (found.chart != "cilium") {
        diagnostics_.Warning(
            found.where, "", fmt::format("values of chart '{}' are not read", found.chart),
            found.chart == "flannel" ? "give the ConfigMap kube-flannel-cfg with --manifest"
                                     : "give the Installation with --manifest");
        continue;
      }
      Release release{
          .cni = found.chart, .values = {}, .settings = found.settings, .version = found.version};
      for (const cni::NamedFile& file : found.values) {
        if (auto path = FileOfScript(file, folder)) release.values.push_back(std::move(*path));
      }
      script_release_ = std::move(release);  // an upgrade replaces what the install said
    }
    for (const cni::NamedFile& file : script.manifests) {
      if (auto path = FileOfScript(file, folder)) manifest_paths_.push_back(std::move(*path));
    }
  }

  /// What the flags say of a CNI's chart; where they are silent, what the script says.
  void ReadHelm() {
    std::vector<std::string> values;
    for (const auto& [cni, path] : request_.helm_values) {
      if (cni == "cilium") {
        values.push_back(path);
      } else if (cni == "calico" || cni == "flannel") {
        Error(fmt::format("Helm values of {} are not read", cni),
              cni == "calico" ? "give the Installation with --manifest"
                              : "give the ConfigMap kube-flannel-cfg with --manifest");
      } else {
        Error(fmt::format("unknown CNI {} in --helm-values", document::Quote(cni)),
              "expected cilium=FILE");
      }
    }
    std::vector<std::string> settings;
    for (const std::string& given : request_.helm_settings) {
      for (std::string& setting : cni::SplitSettings(given)) {
        if (setting.find('=') == std::string::npos || setting.front() == '=') {
          Error(fmt::format("--set is {}, expected PATH=VALUE", document::Quote(setting)),
                "for instance hubble.relay.enabled=true");
        }
        settings.push_back(std::move(setting));
      }
    }
    const bool said = !values.empty() || !settings.empty() || !request_.chart_version.empty();
    if (!said && !script_release_) return;
    Release release = script_release_.value_or(
        Release{.cni = "cilium", .values = {}, .settings = {}, .version = {}});
    if (!values.empty()) release.values = std::move(values);
    if (!request_.chart_version.empty()) release.version = request_.chart_version;
    release.settings.insert(release.settings.end(), settings.begin(), settings.end());
    release_ = std::move(release);
  }

  /// `path`, or the manifests in the folder `path` and below, in the order of their names.
  std::vector<std::string> FilesOf(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code failed;
    if (!fs::is_directory(path, failed)) return {path};
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(path, failed)) {
      const std::string extension = entry.path().extension().string();
      const bool manifest = extension == ".yaml" || extension == ".yml" || extension == ".json";
      if (manifest && entry.is_regular_file(failed)) files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    if (files.empty()) {
      Error(fmt::format("no .yaml, .yml or .json file in the folder '{}'", path));
    }
    return files;
  }

  void ReadManifests() {
    Diagnostics manifest_diagnostics;
    for (const std::string& given : manifest_paths_) {
      for (const std::string& path : FilesOf(given)) ReadManifest(path, manifest_diagnostics);
    }
    // What is wrong with the objects is said once, when the scenario is read back.
    objects_ = cluster::ReadObjects(manifests_, manifest_diagnostics);
  }

  void ReadManifest(const std::string& path, Diagnostics& manifest_diagnostics) {
    const std::optional<std::string> text = document::ReadFile(path, diagnostics_);
    if (!text) return;
    ManifestFile file;
    file.path = path;
    for (const document::Document& each : document::ParseDocuments(*text, path, diagnostics_)) {
      Classify(each.root(), file);
    }
    if (file.application || file.policy || file.node) {
      manifests_.AddText(*text, path, manifest_diagnostics);
    } else if (!file.installation && !file.flannel && !file.kube_proxy) {
      diagnostics_.Warning({path, 0, 0}, "",
                           "nothing in this file describes a workload, a policy or a CNI", "");
    }
    files_.push_back(std::move(file));
  }

  static void Classify(const Value& object, ManifestFile& file) {
    const Value* kind_value = object.Find("kind");
    if (kind_value == nullptr) return;
    const std::string_view kind = kind_value->text();
    if (const Value* items = object.Find("items"); items != nullptr && kind.ends_with("List")) {
      for (const Value& item : items->items()) Classify(item, file);
      return;
    }
    static constexpr std::string_view kApplication[] = {
        "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet",   "Job",
        "Pod",        "Service",     "Namespace", "EndpointSlice"};
    const Value* version = object.Find("apiVersion");
    std::string_view group = version == nullptr ? std::string_view() : version->text();
    const std::size_t slash = group.find('/');
    group = slash == std::string_view::npos ? std::string_view() : group.substr(0, slash);
    if (std::find(std::begin(kApplication), std::end(kApplication), kind) !=
        std::end(kApplication)) {
      file.application = true;
    } else if (policy::FindPolicyKind(group, kind)) {
      file.policy = true;
    } else if (kind == "Installation") {
      file.installation = true;
    } else if (kind == "ConfigMap" && object.At({"data", "net-conf.json"}) != nullptr) {
      file.flannel = true;
    } else if (kind == "KubeProxyConfiguration") {
      file.kube_proxy = true;
    } else if (kind == "Node") {
      file.node = true;
    }
  }

  const ManifestFile* FirstWith(bool ManifestFile::*use) const {
    const auto found =
        std::find_if(files_.begin(), files_.end(), [&](const ManifestFile& f) { return f.*use; });
    return found == files_.end() ? nullptr : &*found;
  }

  // Deciding.

  PoolText PoolOf(const cni::AzNodePool& az, const std::string& fallback_name) const {
    PoolText pool;
    pool.name = az.name.empty() ? fallback_name : az.name;
    std::vector<std::string> guessed;
    if (az.vm_size) {
      pool.sku = *az.vm_size;
    } else {
      pool.sku = defaults_.vm_size;
      guessed.emplace_back("sku");
    }
    if (az.node_count) {
      pool.count = *az.node_count;
    } else {
      pool.count = defaults_.node_count;
      guessed.emplace_back("count");
    }
    if (az.max_pods) pool.max_pods = *az.max_pods;
    if (az.zones) pool.zones.insert(az.zones->begin(), az.zones->end());
    if (az.max_surge) pool.max_surge = *az.max_surge;
    pool.proximity_placement_group = az.proximity_placement_group.value.value_or("");
    if (az.autoscaler && az.min_count && az.max_count) {
      pool.min_count = *az.min_count;
      pool.max_count = *az.max_count;
    }
    if (!guessed.empty()) pool.guessed = fmt::format("guess: {}", fmt::join(guessed, ", "));
    return pool;
  }

  void FindPools() {
    if (!objects_.nodes.empty()) {
      PoolsFromNodes();
      return;
    }
    pools_.push_back(PoolOf(az_.default_pool, "nodepool1"));
    for (const cni::AzNodePool& added : az_.added_pools)
      pools_.push_back(PoolOf(added, added.name));
    GrowToFit();
  }

  /// A dump knows its pools better than any flag.
  void PoolsFromNodes() {
    std::map<std::string, PoolText> by_name;
    for (const cluster::NodeObject& node : objects_.nodes) {
      const std::string name = node.pool.empty() ? "nodepool1" : node.pool;
      PoolText& pool = by_name[name];
      pool.name = name;
      ++pool.count;
      if (!node.instance_type.empty()) pool.sku = node.instance_type;
      if (node.max_pods) pool.max_pods = *node.max_pods;
      if (!node.zone.empty() && node.zone.back() >= '1' && node.zone.back() <= '3') {
        pool.zones.insert(node.zone.back() - '0');
      }
    }
    for (auto& [name, pool] : by_name) {
      if (pool.sku.empty()) {
        pool.sku = defaults_.vm_size;
        pool.guessed = "guess: sku";
      }
      pools_.push_back(std::move(pool));
    }
  }

  /// A guessed number of nodes should hold the application.
  void GrowToFit() {
    if (pools_.back().guessed.find("count") == std::string::npos) return;
    int pods = 0;
    for (const cluster::Workload& workload : objects_.workloads) {
      if (workload.kind != cluster::WorkloadKind::kDaemonSet) pods += workload.replicas;
    }
    const auto smallest =
        static_cast<int>(catalog_.limits[azure::LimitId::kDefaultMaxPodsNodeSubnet]);
    const int room = std::max(1, pools_.back().max_pods.value_or(smallest) - kSystemPodsPerNode);
    pools_.back().count = std::max(pools_.back().count, (pods + room - 1) / room);
  }

  std::string AzValue() const {
    if (!az_inline_) return Scalar(Relative(*request_.az));
    std::string line = *request_.az;
    // The joins of a pasted line have no use on one.
    std::string flat;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::size_t next = line.find_first_not_of(" \t\r", i + 1);
      const bool join =
          (line[i] == '\\' || line[i] == '`') && (next == std::string::npos || line[next] == '\n');
      if (join) {
        i = next == std::string::npos ? line.size() : next;
        flat += ' ';
      } else {
        flat += line[i];
      }
    }
    while (!flat.empty() && (flat.back() == '\n' || flat.back() == ' ')) flat.pop_back();
    if (flat.find('\n') == std::string::npos) return Scalar(flat);
    std::string block = "|\n";
    std::size_t begin = 0;
    while (begin < flat.size()) {
      const std::size_t end = std::min(flat.find('\n', begin), flat.size());
      block += "      " + flat.substr(begin, end - begin) + '\n';
      begin = end + 1;
    }
    block.pop_back();
    return block;
  }

  bool PluginIsNone() const {
    return az_.network_plugin && *az_.network_plugin == cni::NetworkPlugin::kNone;
  }

  void FindConfigurations() {
    std::string none_az;
    std::string none_comment;
    if (PluginIsNone()) {
      none_az = AzValue();
    } else {
      none_az = Scalar("--network-plugin none --pod-cidr " +
                       catalog_.limits.default_pod_cidrs().front().ToString());
      none_comment = "guess: these files need a cluster without a plugin";
      // The values and the Installation say which range the pods have; AKS must be told the same.
    }
    if (release_) Add("byocni-" + release_->cni, none_az, {ReleaseLine(*release_)}, none_comment);
    if (const ManifestFile* file = FirstWith(&ManifestFile::installation)) {
      Add("byocni-calico", none_az,
          {fmt::format("calico: {{installation: {}}}", Scalar(Relative(file->path)))},
          none_comment);
    }
    if (const ManifestFile* file = FirstWith(&ManifestFile::flannel)) {
      Add("byocni-flannel", none_az,
          {fmt::format("flannel: {{config: {}}}", Scalar(Relative(file->path)))}, none_comment);
    }
    if (request_.az && !PluginIsNone()) Add(ModeOfLine(), AzValue(), {}, "");
    if (request_.compare_all) AddOtherModes();
  }

  /// "cilium: {values: values.yaml, set: ['a.b=c'], chart: 1.15.0}"
  std::string ReleaseLine(const Release& release) const {
    std::vector<std::string> parts;
    std::vector<std::string> names;
    for (const std::string& path : release.values) names.push_back(Scalar(Relative(path)));
    if (names.size() == 1) parts.push_back("values: " + names[0]);
    if (names.size() > 1) parts.push_back(fmt::format("values: [{}]", fmt::join(names, ", ")));
    std::vector<std::string> settings;
    for (const std::string& setting : release.settings) settings.push_back(Scalar(setting));
    if (!settings.empty()) parts.push_back(fmt::format("set: [{}]", fmt::join(settings, ", ")));
    if (!release.version.empty()) parts.push_back("chart: " + Scalar(release.version));
    return fmt::format("{}: {{{}}}", release.cni, fmt::join(parts, ", "));
  }

  /// The id of the mode that the given line asks for.
  std::string ModeOfLine() const {
    if (az_.network_plugin && *az_.network_plugin == cni::NetworkPlugin::kKubenet) return "kubenet";
    const bool cilium = az_.dataplane && *az_.dataplane == cni::NetworkDataplane::kCilium;
    std::string mode = "node-subnet";
    if (az_.overlay || !az_.network_plugin) {
      mode = "overlay";
    } else if (az_.default_pool.pod_subnet) {
      const auto& allocation = az_.default_pool.pod_ip_allocation;
      mode = allocation && *allocation == cni::PodIpAllocation::kStaticBlock ? "pod-subnet-static"
                                                                             : "pod-subnet-dynamic";
    }
    return (cilium ? "cilium-" : "azure-") + mode;
  }

  void AddOtherModes() {
    // The VNet of the line may have no subnet for pods, so those modes come with our own VNet only.
    const bool own_vnet = az_.subnets.empty();
    static constexpr std::pair<std::string_view, std::string_view> kModes[] = {
        {"azure-node-subnet", "--network-plugin azure"},
        {"azure-pod-subnet-dynamic", "--network-plugin azure --pod-subnet-id pods"},
        {"azure-pod-subnet-static",
         "--network-plugin azure --pod-subnet-id pods --pod-ip-allocation-mode StaticBlock"},
        {"azure-overlay", "--network-plugin azure --network-plugin-mode overlay"},
        {"cilium-node-subnet", "--network-plugin azure --network-dataplane cilium"},
        {"cilium-overlay",
         "--network-plugin azure --network-plugin-mode overlay --network-dataplane cilium"},
        {"kubenet", "--network-plugin kubenet"}};
    for (const auto& [name, flags] : kModes) {
      const bool known =
          std::any_of(configurations_.begin(), configurations_.end(),
                      [&mode = name](const ConfigurationText& c) { return c.name == mode; });
      const bool pod_subnet = flags.find("--pod-subnet-id") != std::string_view::npos;
      if (known || (pod_subnet && !own_vnet)) continue;
      uses_pod_subnet_ = uses_pod_subnet_ || pod_subnet;
      Add(std::string(name), Scalar(flags), {}, "");
    }
  }

  void Add(std::string name, std::string az, std::vector<std::string> lines, std::string comment) {
    // A path inside an inline line is relative to where the program was called.
    if (az_inline_ && az_.kube_proxy_config && az == AzValue()) {
      lines.push_back(fmt::format("kube_proxy: {}", Scalar(Relative(*az_.kube_proxy_config))));
    } else if (const ManifestFile* file = FirstWith(&ManifestFile::kube_proxy);
               file != nullptr && name.find("cilium-") != 0) {
      lines.push_back(fmt::format("kube_proxy: {}", Scalar(Relative(file->path))));
    }
    configurations_.push_back(
        {std::move(name), std::move(az), std::move(lines), std::move(comment)});
  }

  // Writing.

  std::string Write() {
    std::string out;
    out +=
        "# Made by cnisim import.  Lines marked \"guess\" hold what nobody said: check them "
        "first.\n";
    out += "cnisim: 1\n";
    out += fmt::format("name: {}\n\n", Scalar(request_.name.empty() ? "imported" : request_.name));
    WriteCluster(out);
    WriteConfigurations(out);
    WriteFiles(out);
    WriteCalls(out);
    WriteTraffic(out);
    out += WithComment("measure: {warm_up: 500ms, duration: 2s, replications: 10, seed: 1}",
                       "guess: long enough for a first answer");
    return out;
  }

  void WriteCluster(std::string& out) const {
    out += "cluster:\n";
    out += az_.kubernetes_version
               ? fmt::format("  kubernetes: \"{}\"\n", *az_.kubernetes_version)
               : WithComment(fmt::format("  kubernetes: \"{}\"", defaults_.kubernetes_version),
                             "guess");
    WriteVnet(out);
    if (az_.service_cidrs) {
      out += fmt::format("  service_cidr: {}\n", (*az_.service_cidrs)[0].ToString());
      if (az_.dns_service_ip)
        out += fmt::format("  dns_service_ip: {}\n", az_.dns_service_ip->ToString());
    }
    out += "  node_pools:\n";
    for (const PoolText& pool : pools_) {
      std::string line = fmt::format("    - {{name: {}, sku: {}, count: {}", Scalar(pool.name),
                                     Scalar(pool.sku), pool.count);
      if (pool.min_count)
        line += fmt::format(", min_count: {}, max_count: {}", *pool.min_count, *pool.max_count);
      if (pool.max_pods) line += fmt::format(", max_pods: {}", *pool.max_pods);
      if (!pool.zones.empty()) line += fmt::format(", zones: [{}]", fmt::join(pool.zones, ", "));
      if (!pool.max_surge.empty()) line += fmt::format(", max_surge: {}", pool.max_surge);
      if (!pool.proximity_placement_group.empty()) {
        line +=
            fmt::format(", proximity_placement_group: {}", Scalar(pool.proximity_placement_group));
      }
      out += WithComment(line + "}", pool.guessed);
    }
    out += '\n';
  }

  void WriteVnet(std::string& out) const {
    if (!az_.subnets.empty()) {
      std::vector<std::string> subnets;
      net::Cidr prefix = az_.vnet_prefix ? *az_.vnet_prefix : az_.subnets[0].prefix;
      for (const cni::AzSubnet& subnet : az_.subnets) {
        subnets.push_back(fmt::format("{}: {}", Scalar(subnet.name), subnet.prefix.ToString()));
        while (!prefix.Contains(subnet.prefix))
          prefix = net::Cidr(prefix.base(), prefix.length() - 1);
      }
      out += WithComment(fmt::format("  vnet: {{prefix: {}, subnets: {{{}}}}}", prefix.ToString(),
                                     fmt::join(subnets, ", ")),
                         az_.vnet_prefix ? "" : "guess: prefix");
      return;
    }
    std::vector<std::string> subnets;
    std::set<std::string> names;
    const auto add = [&](const std::string& name, const net::Cidr& prefix) {
      if (names.insert(name).second)
        subnets.push_back(fmt::format("{}: {}", Scalar(name), prefix.ToString()));
    };
    const cni::AzNodePool& pool = az_.default_pool;
    add(pool.vnet_subnet ? *pool.vnet_subnet : "nodes", defaults_.node_subnet_prefix);
    if (pool.pod_subnet) add(*pool.pod_subnet, defaults_.pod_subnet_prefix);
    if (uses_pod_subnet_ && !pool.pod_subnet) add("pods", defaults_.pod_subnet_prefix);
    out += WithComment(fmt::format("  vnet: {{prefix: {}, subnets: {{{}}}}}",
                                   defaults_.vnet_prefix.ToString(), fmt::join(subnets, ", ")),
                       "guess");
  }

  void WriteConfigurations(std::string& out) const {
    out += "configurations:\n";
    for (const ConfigurationText& configuration : configurations_) {
      out += fmt::format("  - name: {}\n", configuration.name);
      const bool block = configuration.az.find('\n') != std::string::npos;
      out += block ? fmt::format("    az: {}\n", configuration.az)
                   : WithComment("    az: " + configuration.az, configuration.comment);
      for (const std::string& line : configuration.lines) out += "    " + line + '\n';
    }
    out += '\n';
  }

  void WriteFiles(std::string& out) const {
    std::vector<std::string> applications, policies;
    for (const ManifestFile& file : files_) {
      if (file.application || file.node) {
        applications.push_back(Scalar(Relative(file.path)));
      } else if (file.policy) {
        policies.push_back(Scalar(Relative(file.path)));
      }
    }
    if (!applications.empty()) {
      out += fmt::format("applications: [{}]\n", fmt::join(applications, ", "));
    } else {
      out += "# No application was given: the program's own small workload is used.\n";
    }
    if (!policies.empty()) out += fmt::format("policies: [{}]\n", fmt::join(policies, ", "));
    out += '\n';
  }

  /// "cart", or "shop/cart" when the name alone says too little.
  std::string NameOf(const std::string& ns, const std::string& name) const {
    int workloads = 0;
    int services = 0;
    for (const auto& each : objects_.workloads) workloads += each.name == name ? 1 : 0;
    for (const auto& each : objects_.services) services += each.name == name ? 1 : 0;
    return workloads <= 1 && services <= 1 ? name : ns + "/" + name;
  }

  void WriteCalls(std::string& out) {
    struct Callee {
      std::string name;
      int port;
    };
    std::vector<std::pair<const cluster::Workload*, std::vector<Callee>>> callers;
    for (const cluster::Workload& workload : objects_.workloads) {
      std::vector<Callee> callees;
      std::set<std::string> seen;
      for (const cluster::ServiceEdge& edge : workload.edges) {
        const cluster::Service* service = objects_.FindService(edge.service_ns, edge.service);
        if (service == nullptr || !HasPort(*service, edge.port) || Reaches(*service, workload))
          continue;
        const std::string name = NameOf(service->ns, service->name);
        if (!seen.insert(name).second) continue;
        callees.push_back({name, edge.port});
        AddEdge(workload, *service);
      }
      if (!callees.empty()) callers.emplace_back(&workload, std::move(callees));
    }
    if (callers.empty()) return;
    out += WithComment("calls:", "who calls whom, from the environment of the workloads");
    for (const auto& [workload, callees] : callers) {
      out += fmt::format("  {}:\n", Scalar(NameOf(workload->ns, workload->name)));
      for (const Callee& callee : callees) {
        out += WithComment(
            fmt::format("    {}: {{port: {}, per_request: 1, request: 300B, response: 2KiB}}",
                        Scalar(callee.name), callee.port),
            "guess: number and sizes");
      }
    }
    out += '\n';
  }

  static bool HasPort(const cluster::Service& service, int port) {
    return std::any_of(service.ports.begin(), service.ports.end(),
                       [&](const cluster::ServicePort& each) { return each.port == port; });
  }

  static bool Selects(const cluster::Service& service, const cluster::Workload& workload) {
    return service.ns == workload.ns && !service.selector.empty() &&
           std::all_of(service.selector.begin(), service.selector.end(), [&](const auto& wanted) {
             const auto found = workload.pod_labels.find(wanted.first);
             return found != workload.pod_labels.end() && found->second == wanted.second;
           });
  }

  void AddEdge(const cluster::Workload& from, const cluster::Service& to) {
    for (const cluster::Workload& each : objects_.workloads) {
      if (Selects(to, each)) edges_[&from].insert(&each);
    }
  }

  /// Whether a call to `service` would come back to `caller`: an endless request.
  bool Reaches(const cluster::Service& service, const cluster::Workload& caller) const {
    std::vector<const cluster::Workload*> open;
    std::set<const cluster::Workload*> seen;
    for (const cluster::Workload& each : objects_.workloads) {
      if (Selects(service, each)) open.push_back(&each);
    }
    while (!open.empty()) {
      const cluster::Workload* each = open.back();
      open.pop_back();
      if (each == &caller) return true;
      if (!seen.insert(each).second) continue;
      const auto next = edges_.find(each);
      if (next != edges_.end()) open.insert(open.end(), next->second.begin(), next->second.end());
    }
    return false;
  }

  void WriteTraffic(std::string& out) const {
    if (objects_.services.empty()) return;
    const auto door = std::find_if(
        objects_.services.begin(), objects_.services.end(), [](const cluster::Service& s) {
          return !s.ports.empty() && (s.type == cluster::ServiceType::kLoadBalancer ||
                                      s.type == cluster::ServiceType::kNodePort);
        });
    std::string from = "external";
    const cluster::Service* target = door == objects_.services.end() ? nullptr : &*door;
    if (target == nullptr) {
      // Nothing is open to the outside: the first workload asks the first Service that it is not
      // itself.
      for (const cluster::Service& service : objects_.services) {
        if (service.ports.empty() || service.selector.empty()) continue;
        const auto caller =
            std::find_if(objects_.workloads.begin(), objects_.workloads.end(),
                         [&](const cluster::Workload& w) { return !Selects(service, w); });
        if (caller == objects_.workloads.end()) continue;
        target = &service;
        from = NameOf(caller->ns, caller->name);
        break;
      }
    }
    if (target == nullptr) return;
    out += "traffic:\n";
    out += WithComment(fmt::format("  - {{from: {}, to: {}, rate: 100/s}}", Scalar(from),
                                   Scalar(NameOf(target->ns, target->name))),
                       "guess: the rate");
    out += '\n';
  }

  static constexpr int kSystemPodsPerNode = 8;  // room left for agents when a pool is sized

  const ImportRequest& request_;
  const Catalog& catalog_;
  Diagnostics& diagnostics_;
  internal::ClusterDefaults defaults_;
  cni::AzSettings az_;
  bool az_inline_ = false;
  std::optional<Release> script_release_;  ///< what the script installs
  std::optional<Release> release_;
  std::vector<std::string> manifest_paths_;  ///< of the request and of the script
  std::vector<ManifestFile> files_;
  cluster::ManifestSet manifests_;
  cluster::Objects objects_;
  std::vector<PoolText> pools_;
  std::vector<ConfigurationText> configurations_;
  bool uses_pod_subnet_ = false;
  std::map<const cluster::Workload*, std::set<const cluster::Workload*>>
      edges_;  // looked up, never walked
};

}  // namespace

std::optional<std::string> ImportScenario(const ImportRequest& request, const Catalog& catalog,
                                          document::Diagnostics& diagnostics) {
  return Importer(request, catalog, diagnostics).Import();
}

}  // namespace cnisim::scenario

#include <array>

#include "analysis/cli/catalog_command.h"
#include "analysis/cli/command.h"
#include "analysis/cli/explain_command.h"
#include "analysis/cli/import_command.h"
#include "analysis/cli/plan_command.h"
#include "analysis/cli/policy_command.h"

namespace cnisim::cli {

// One line a command: {name, summary, example, common options, what -o names, how to add it}.
constexpr std::array kCommands = {
    Command{
        "explain", "show a path stage by stage, with the source of each number",
        "cnisim explain scenarios/quickstart.yaml --configuration byocni-calico --from frontend "
        "--to api-server",
        kOutputOption | kJsonOption | kCatalogOption, "file for the text", AddExplainCommand},
    Command{"catalog", "show what the program knows, with sources",
            "cnisim catalog cost\ncnisim catalog cni byocni-calico", kJsonOption | kCatalogOption,
            "", AddCatalogCommand},
    Command{"import", "make a scenario of the files that you already have",
            "cnisim import --az create.sh --helm-values cilium=values.yaml --manifest app.yaml -o "
            "shop.yaml",
            kOutputOption | kCatalogOption,
            "file for the scenario; default scenario.yaml, - for standard output",
            AddImportCommand},
    Command{"plan", "addresses and limits, now and over time",
            "cnisim plan scenarios/quickstart.yaml\ncnisim plan --vectors vectors.csv",
            kOutputOption | kJsonOption | kCatalogOption, "folder for plan.md and plan.json",
            AddPlanCommand},
    Command{"policy", "who may talk to whom, why, and what flips in a migration",
            "cnisim policy diff scenarios/policies.yaml --from azure-npm --to cilium",
            kJsonOption | kThreadsOption | kCatalogOption, "", AddPolicyCommand},
};

std::span<const Command> Commands() { return kCommands; }

}  // namespace cnisim::cli

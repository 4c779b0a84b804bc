#include <array>

#include "analysis/cli/catalog_command.h"
#include "analysis/cli/check_command.h"
#include "analysis/cli/command.h"
#include "analysis/cli/explain_command.h"
#include "analysis/cli/fit_command.h"
#include "analysis/cli/import_command.h"
#include "analysis/cli/plan_command.h"
#include "analysis/cli/policy_command.h"
#include "analysis/cli/report_command.h"
#include "analysis/cli/run_command.h"
#include "analysis/cli/validate_command.h"

namespace cnisim::cli {

constexpr unsigned kSimulating =
    kOutputOption | kJsonOption | kSeedOption | kThreadsOption | kCatalogOption | kUsesRanks;

// A command is one entry: name, summary, example, common options, what -o names, how to add it.
constexpr std::array kCommands = {
    Command{"run", "simulate every configuration of a scenario and compare them",
            "cnisim run scenarios/quickstart.yaml", kSimulating,
            "folder for results; default cnisim-out/<scenario name>", AddRunCommand},
    Command{"import", "make a scenario of the files that you already have",
            "cnisim import --az create.sh --helm-values cilium=values.yaml --manifest app.yaml -o "
            "shop.yaml",
            kOutputOption | kCatalogOption,
            "file for the scenario; default scenario.yaml, - for standard output",
            AddImportCommand},
    Command{
        "explain", "show a path stage by stage, with the source of each number",
        "cnisim explain scenarios/quickstart.yaml --configuration byocni-calico --from frontend "
        "--to api-server",
        kOutputOption | kJsonOption | kCatalogOption, "file for the text", AddExplainCommand},
    Command{"policy", "who may talk to whom, why, and what flips in a migration",
            "cnisim policy diff scenarios/policies.yaml --from azure-npm --to cilium",
            kJsonOption | kThreadsOption | kCatalogOption, "", AddPolicyCommand},
    Command{"plan", "addresses and limits, now and over time",
            "cnisim plan scenarios/quickstart.yaml\ncnisim plan --vectors vectors.csv",
            kOutputOption | kJsonOption | kCatalogOption, "folder for plan.md and plan.json",
            AddPlanCommand},
    Command{"report", "draw a result as one HTML page and as Markdown",
            "cnisim report cnisim-out/quickstart/results.json", kOutputOption,
            "folder for report.html and report.md; default where the result is", AddReportCommand},
    Command{"check", "hold budgets and a baseline against what a scenario gives",
            "cnisim check scenarios/quickstart.yaml --baseline cnisim-out/quickstart/results.json",
            kSimulating, "folder for <scenario name>/results.json", AddCheckCommand},
    Command{"catalog", "show what the program knows, with sources",
            "cnisim catalog cost\ncnisim catalog cni byocni-calico", kJsonOption | kCatalogOption,
            "", AddCatalogCommand},
    Command{"validate", "how far the model is from published and measured numbers",
            "cnisim validate\ncnisim validate --data mine.csv --json rows.json",
            kOutputOption | kJsonOption | kCatalogOption, "file for the whole of it as Markdown",
            AddValidateCommand},
    Command{"fit", "costs of stages from measurements, inside the ranges of their sources",
            "cnisim fit -o costs.yaml", kOutputOption | kCatalogOption,
            "file for the fitted costs; default costs.yaml", AddFitCommand},
};

std::span<const Command> Commands() { return kCommands; }

}  // namespace cnisim::cli

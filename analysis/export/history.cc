#include "analysis/export/history.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <string_view>

#include <sqlite3.h>

namespace cnisim::exporting {
namespace {

using experiment::ConfigurationResult;
using experiment::MetricResult;
using experiment::ResultDocument;
using experiment::TrafficResult;

constexpr int kBusyMillis = 10'000;  // how long to wait for another process

constexpr const char* kSchema = R"(
  create table if not exists run (
    run integer primary key, time text not null, program text not null, scenario text not null,
    scenario_hash text not null, catalog_hash text not null, seed text not null,
    replications integer not null, warm_up_ns integer not null, duration_ns integer not null);
  create table if not exists configuration (
    configuration_id integer primary key, run integer not null references run,
    configuration text not null, profile text not null, nodes integer not null,
    pods integer not null, pods_unplaced integer not null, binds text not null,
    saturated integer not null);
  create table if not exists sweep_point (
    configuration_id integer primary key references configuration, point text not null);
  create table if not exists metric (
    configuration_id integer not null references configuration, metric text not null,
    "from" text not null, "to" text not null, unit text not null, value real, low real, high real,
    model_low real, model_high real);
  create table if not exists event (
    run integer not null references run, configuration text not null, kind text not null,
    what text not null, count integer not null);
  create index if not exists metric_by_configuration on metric (configuration_id, metric);
)";

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

/// One statement with its values bound in order.  After the first failure the rest does nothing.
class Insert {
 public:
  Insert(sqlite3* database, const char* sql) : database_(database) {
    sqlite3_stmt* statement = nullptr;
    ok_ = sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) == SQLITE_OK;
    statement_.reset(statement);
  }

  Insert& Text(std::string_view text) {
    return Bound(sqlite3_bind_text(statement_.get(), ++index_, text.data(),
                                   static_cast<int>(text.size()), SQLITE_TRANSIENT));
  }
  Insert& Whole(std::int64_t value) {
    return Bound(sqlite3_bind_int64(statement_.get(), ++index_, value));
  }
  Insert& Real(double value) {
    ++index_;
    return Bound(std::isfinite(value) ? sqlite3_bind_double(statement_.get(), index_, value)
                                      : sqlite3_bind_null(statement_.get(), index_));
  }
  /// Runs it; the id of the new row, or 0.
  std::int64_t Run() {
    if (!ok_ || sqlite3_step(statement_.get()) != SQLITE_DONE) return 0;
    sqlite3_reset(statement_.get());
    index_ = 0;
    return sqlite3_last_insert_rowid(database_);
  }

 private:
  Insert& Bound(int result) {
    ok_ = ok_ && result == SQLITE_OK;
    return *this;
  }

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
  int index_ = 0;
  bool ok_ = false;
};

std::int64_t AddRun(sqlite3* database, const ResultDocument& document, const std::string& now) {
  return Insert(database,
                "insert into run (time, program, scenario, scenario_hash, catalog_hash, seed, "
                "replications, warm_up_ns, duration_ns) values (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .Text(now)
      .Text(document.program_version)
      .Text(document.scenario_name)
      .Text(document.scenario_hash)
      .Text(document.catalog_hash)
      .Text(std::to_string(document.seed))  // 64 bits without sign: SQLite has none
      .Whole(static_cast<std::int64_t>(document.replications))
      .Whole(document.warm_up_ns)
      .Whole(document.duration_ns)
      .Run();
}

/// @param point  of a sweep, "services=100"; empty: the scenario as it stands
bool AddConfiguration(sqlite3* database, std::int64_t run, const ConfigurationResult& result,
                      const std::string& point) {
  const std::int64_t id =
      Insert(database,
             "insert into configuration (run, configuration, profile, nodes, pods, pods_unplaced, "
             "binds, saturated) values (?, ?, ?, ?, ?, ?, ?, ?)")
          .Whole(run)
          .Text(result.name)
          .Text(result.profile)
          .Whole(static_cast<std::int64_t>(result.nodes))
          .Whole(static_cast<std::int64_t>(result.pods))
          .Whole(static_cast<std::int64_t>(result.pods_unplaced))
          .Text(result.binds)
          .Whole(result.saturated ? 1 : 0)
          .Run();
  if (id == 0) return false;
  if (!point.empty() &&
      Insert(database, "insert into sweep_point values (?, ?)").Whole(id).Text(point).Run() == 0) {
    return false;
  }
  Insert insert(database, "insert into metric values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const MetricResult& metric : result.metrics) {
    const std::int64_t added = insert.Whole(id)
                                   .Text(metric.metric)
                                   .Text(metric.from)
                                   .Text(metric.to)
                                   .Text(metric.unit)
                                   .Real(metric.value)
                                   .Real(metric.low)
                                   .Real(metric.high)
                                   .Real(metric.model_low)
                                   .Real(metric.model_high)
                                   .Run();
    if (added == 0) return false;
  }
  return true;
}

bool AddEvents(sqlite3* database, std::int64_t run, const ResultDocument& document) {
  Insert insert(database, "insert into event values (?, ?, ?, ?, ?)");
  const auto add = [&](std::string_view configuration, std::string_view kind, std::string_view what,
                       std::uint64_t count) {
    return insert.Whole(run)
               .Text(configuration)
               .Text(kind)
               .Text(what)
               .Whole(static_cast<std::int64_t>(count))
               .Run() != 0;
  };
  bool ok = true;
  for (const ConfigurationResult& configuration : document.configurations) {
    for (const auto& [reason, count] : configuration.drops) {
      ok = ok && add(configuration.name, "drop", reason, count);
    }
    for (const TrafficResult& traffic : configuration.traffic) {
      for (const auto& [reason, count] : traffic.failed) {
        ok = ok && add(configuration.name, "failure", reason, count);
      }
    }
  }
  for (const experiment::WarningResult& warning : document.warnings) {
    ok = ok && add("", "warning", warning.message, 1);
  }
  return ok;
}

}  // namespace

std::optional<std::string> AddToHistory(const std::string& path, const ResultDocument& document,
                                        const std::string& now) {
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open(path.c_str(), &handle);
  const Database database(handle);
  const auto failed = [&] {
    return "cannot add to history " + path + ": " + sqlite3_errmsg(database.get());
  };
  if (opened != SQLITE_OK) return failed();
  sqlite3_busy_timeout(handle, kBusyMillis);
  const auto execute = [&](const char* sql) {
    return sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  };
  // Taken for writing at once, so that two processes wait for each other instead of failing.
  if (!execute("begin immediate") || !execute(kSchema)) return failed();
  const std::int64_t run = AddRun(handle, document, now);
  bool ok = run != 0;
  for (const ConfigurationResult& configuration : document.configurations) {
    ok = ok && AddConfiguration(handle, run, configuration, "");
  }
  for (const experiment::SweepPointResult& point : document.sweep) {
    for (const ConfigurationResult& configuration : point.configurations) {
      ok = ok && AddConfiguration(handle, run, configuration, document.LabelOf(point));
    }
  }
  ok = ok && AddEvents(handle, run, document) && execute("commit");
  if (ok) return std::nullopt;
  const std::string reason = failed();
  execute("rollback");
  return reason;
}

}  // namespace cnisim::exporting

#include "analysis/experiment/replication_plan.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <span>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "analysis/experiment/engine_profile.h"
#include "analysis/stats/interval.h"
#include "models/workload/traffic_bytes.h"
#include "sim/base/bytes.h"
#include "sim/base/check.h"
#include "sim/base/hash.h"
#include "sim/engine/ranks.h"

namespace cnisim::experiment {
namespace {

/// Which record a run fills.
struct Task {
  std::size_t subject;
  std::size_t index;  // in replications or cost_draws
  bool is_draw;
};

/// Counts finished runs over all rounds.
class ProgressMeter {
 public:
  explicit ProgressMeter(const PlanOptions& options) : options_(options) {}

  void Expect(std::size_t runs) {
    progress_.total += static_cast<int>(runs);
    progress_.simulated_total = span() * progress_.total;
  }
  /// What a run is to tell while it goes on; `told` is how far it was, and outlives it.
  std::function<void(SimTime)> Watch(SimTime& told) {
    if (!options_.progress) return nullptr;
    return [this, &told](SimTime now) {
      // A run that goes over its time twice tells of the first pass alone.
      now = std::min(now, span());
      if (now <= told) return;
      const std::lock_guard lock(mutex_);
      progress_.simulated += now - told;
      told = now;
      options_.progress(progress_);
    };
  }
  void Finished(SimTime told = SimTime()) {
    if (!options_.progress) return;
    const std::lock_guard lock(mutex_);
    ++progress_.done;
    progress_.simulated += span() - told;
    options_.progress(progress_);
  }

 private:
  SimTime span() const { return options_.warm_up + options_.duration; }

  const PlanOptions& options_;
  std::mutex mutex_;
  Progress progress_;
};

/// Hands out tasks, those of the longest-running subject first, so that no long run is left alone
/// at the end.  How long a subject runs is known when its first run has ended: events, not seconds,
/// so the order does not hang on the machine's mood.  Until then each subject gets one run.
class TaskQueue {
 public:
  TaskQueue(const std::vector<Task>& tasks, std::size_t subjects)
      : waiting_(subjects), events_(subjects, kUnknown), begun_(subjects, false) {
    for (const Task& task : tasks) waiting_[task.subject].push_back(task);
    for (auto& list : waiting_) std::reverse(list.begin(), list.end());  // taken from the back
  }

  /// @pre taken less often than there are tasks
  Task Take() {
    const std::lock_guard lock(mutex_);
    std::size_t best = waiting_.size();
    for (std::size_t s = 0; s < waiting_.size(); ++s) {
      if (waiting_[s].empty()) continue;
      if (!begun_[s]) {
        best = s;
        break;
      }
      if (best == waiting_.size() || events_[s] > events_[best]) best = s;
    }
    begun_[best] = true;
    const Task task = waiting_[best].back();
    waiting_[best].pop_back();
    return task;
  }

  void Finished(std::size_t subject, std::uint64_t events) {
    const std::lock_guard lock(mutex_);
    events_[subject] = events;
  }

 private:
  static constexpr std::uint64_t kUnknown = UINT64_MAX;

  std::mutex mutex_;
  std::vector<std::vector<Task>> waiting_;  // [subject], next one last
  std::vector<std::uint64_t> events_;       // [subject], of its last run
  std::vector<bool> begun_;                 // [subject]
};

RunRequest RequestFor(const Task& task, const PlanOptions& options) {
  RunRequest request;
  // Draws differ from replication 0 by their costs alone.
  request.seed = ReplicationSeed(options.seed, task.is_draw ? 0 : static_cast<int>(task.index));
  // What the model does not know does not depend on the user's seed.
  if (task.is_draw) request.cost_draw = task.index + 1;
  request.warm_up = options.warm_up;
  request.duration = options.duration;
  request.series_step = options.series_step;
  request.shuffle_ties = options.shuffle_ties;
  request.fused = options.fused;
  if (options.profile != nullptr) {
    request.profile = [profile = options.profile](const engine::RunReport& report, SimTime time) {
      profile->Add(report, time);
    };
  }
  return request;
}

workload::TrafficRecord& RecordOf(const Task& task, std::vector<SubjectRecord>& records) {
  SubjectRecord& record = records[task.subject];
  return (task.is_draw ? record.cost_draws : record.replications)[task.index];
}

/// Runs them side by side in this process.
void RunHere(const std::vector<Task>& tasks, const std::vector<Subject>& subjects,
             const PlanOptions& options, ProgressMeter& meter,
             std::vector<SubjectRecord>& records) {
  // Threads left over by few runs go into the runs.
  const unsigned each =
      std::max(1U, options.threads / static_cast<unsigned>(std::max<std::size_t>(1, tasks.size())));
  // On a small machine --threads may ask for more than oneTBB would take by itself.
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  std::max(1U, options.threads));
  tbb::task_arena arena(static_cast<int>(std::max(1U, options.threads)));
  TaskQueue queue(tasks, subjects.size());
  arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, tasks.size(), 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          for (std::size_t i = range.begin(); i != range.end(); ++i) {
            const Task task = queue.Take();
            RunRequest request = RequestFor(task, options);
            request.threads = each;
            SimTime told;
            request.tell = meter.Watch(told);
            RecordOf(task, records) = subjects[task.subject].run(request);
            queue.Finished(task.subject, RecordOf(task, records).events);
            meter.Finished(told);
          }
        },
        tbb::simple_partitioner());
  });
}

/// Whole runs go to ranks in turn, and their records to all.
void FarmOut(const std::vector<Task>& tasks, const std::vector<Subject>& subjects,
             const PlanOptions& options, ProgressMeter& meter,
             std::vector<SubjectRecord>& records) {
  engine::Ranks& ranks = *options.ranks;
  const auto tasks_of = [&](unsigned rank) {
    std::vector<Task> own;
    for (std::size_t i = rank; i < tasks.size(); i += ranks.count()) own.push_back(tasks[i]);
    return own;
  };
  const std::vector<Task> mine = tasks_of(ranks.rank());
  RunHere(mine, subjects, options, meter, records);
  ByteWriter writer;
  for (const Task& task : mine) workload::Save(RecordOf(task, records), writer);
  const auto all = ranks.Gather(writer.bytes());
  for (unsigned rank = 0; rank < ranks.count(); ++rank) {
    ByteReader reader(all[rank]);
    for (const Task& task : tasks_of(rank)) {
      RecordOf(task, records) = workload::LoadTraffic(reader);
      if (rank != ranks.rank()) meter.Finished();
    }
  }
}

void RunTasks(const std::vector<Task>& tasks, const std::vector<Subject>& subjects,
              const PlanOptions& options, ProgressMeter& meter,
              std::vector<SubjectRecord>& records) {
  meter.Expect(tasks.size());
  if (options.ranks == nullptr) {
    RunHere(tasks, subjects, options, meter, records);
    return;
  }
  const bool whole = options.rank_use == RankUse::kAuto ? tasks.size() >= options.ranks->count()
                                                        : options.rank_use == RankUse::kRuns;
  if (whole) {
    FarmOut(tasks, subjects, options, meter, records);
    return;
  }
  // All ranks run one after the other together.
  for (const Task& task : tasks) {
    RunRequest request = RequestFor(task, options);
    request.threads = options.threads;
    SimTime told;
    request.tell = meter.Watch(told);
    request.ranks = options.ranks;
    request.stripes = options.rank_use == RankUse::kStripes;
    RecordOf(task, records) = subjects[task.subject].run(request);
    meter.Finished(told);
  }
}

/// Adds `count` replications to every record.
std::vector<Task> MoreReplications(int count, std::vector<SubjectRecord>& records) {
  std::vector<Task> tasks;
  const std::size_t done = records.empty() ? 0 : records.front().replications.size();
  for (SubjectRecord& record : records) {
    record.replications.resize(done + static_cast<std::size_t>(count));
  }
  for (std::size_t i = done; i < done + static_cast<std::size_t>(count); ++i) {
    for (std::size_t s = 0; s < records.size(); ++s) tasks.push_back({s, i, false});
  }
  return tasks;
}

double RelativeWidth(const stats::Estimate& estimate) {
  return estimate.value > 0 ? estimate.half_width / estimate.value : 0;
}

/// The widest interval, relative to its value, of the figures that PlanOptions::precision is about.
/// What was observed in fewer than two replications does not count: more would not help it soon.
double WorstPrecision(const std::vector<SubjectRecord>& records) {
  double worst = 0;
  const auto quantile = [&](const SubjectRecord& record, std::size_t source, double q,
                            Histogram workload::FlowRecord::*of) {
    std::vector<const Histogram*> histograms;
    for (const auto& replication : record.replications) {
      const Histogram& histogram = replication.sources[source].*of;
      if (histogram.count() > 0) histograms.push_back(&histogram);
    }
    if (histograms.size() < 2) return;
    worst = std::max(worst, RelativeWidth(stats::QuantileEstimate(histograms, q)));
  };
  const auto mean = [&](const SubjectRecord& record, auto value) {
    std::vector<double> values;
    for (const auto& replication : record.replications) values.push_back(value(replication));
    worst = std::max(worst, RelativeWidth(stats::MeanEstimate(values)));
  };
  for (const SubjectRecord& record : records) {
    for (std::size_t s = 0; s < record.replications.front().sources.size(); ++s) {
      quantile(record, s, 0.5, &workload::FlowRecord::latency_total);
      quantile(record, s, 0.99, &workload::FlowRecord::latency_total);
      quantile(record, s, 0.5, &workload::FlowRecord::latency_network);
      mean(record, [s](const workload::TrafficRecord& run) {
        return static_cast<double>(run.sources[s].completed);
      });
      mean(record, [s](const workload::TrafficRecord& run) {
        return static_cast<double>(run.sources[s].delivered.count());
      });
    }
    mean(record, [](const workload::TrafficRecord& run) { return run.network_cores_per_node(); });
  }
  return worst;
}

}  // namespace

std::uint64_t ReplicationSeed(std::uint64_t seed, int index) {
  return MixBits(MixBits(seed) + static_cast<std::uint64_t>(index));
}

std::vector<SubjectRecord> RunAll(const std::vector<Subject>& subjects,
                                  const PlanOptions& options) {
  CNISIM_CHECK(options.replications >= 1 && options.cost_draws >= 0,
               "an experiment needs a replication");
  std::vector<SubjectRecord> records(subjects.size());
  for (std::size_t s = 0; s < subjects.size(); ++s) {
    records[s].name = subjects[s].name;
    records[s].cost_draws.resize(static_cast<std::size_t>(options.cost_draws));
  }
  if (subjects.empty()) return records;

  ProgressMeter meter(options);
  std::vector<Task> tasks = MoreReplications(options.replications, records);
  for (std::size_t k = 0; k < static_cast<std::size_t>(options.cost_draws); ++k) {
    for (std::size_t s = 0; s < subjects.size(); ++s) tasks.push_back({s, k, true});
  }
  RunTasks(tasks, subjects, options, meter, records);

  if (!options.precision) return records;
  for (;;) {
    const int done = static_cast<int>(records.front().replications.size());
    if (done >= options.max_replications) break;
    if (done >= 2 && WorstPrecision(records) <= *options.precision) break;
    // Half as many again: few rounds, and little too much.
    const int more = std::min(std::max(2, done / 2), options.max_replications - done);
    RunTasks(MoreReplications(more, records), subjects, options, meter, records);
  }
  return records;
}

}  // namespace cnisim::experiment

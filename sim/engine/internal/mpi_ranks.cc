// Ranks on MPI.  A round is one collective of short messages of equal size; what does not fit
// follows from rank to rank.

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>

#include <mpi.h>

#include "sim/base/check.h"
#include "sim/engine/ranks.h"

namespace cnisim::engine {
namespace {

// Every rank sends every other one of these in every round: well below the size from which MPI
// libraries ask the receiver first.
struct Envelope {
  std::int64_t bound = 0;
  std::uint64_t size = 0;  // of the whole; what is longer than `head` follows
  std::array<std::byte, 1008> head;
};
static_assert(sizeof(Envelope) == 1024);

int ToInt(std::size_t size) {
  CNISIM_CHECK(size <= INT_MAX, "ranks send less than 2 GiB at once");
  return static_cast<int>(size);
}

class MpiRanks final : public Ranks {
 public:
  MpiRanks() {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &count_);
    out_.resize(count());
    in_.resize(count());
  }
  ~MpiRanks() override { MPI_Finalize(); }

  unsigned rank() const override { return static_cast<unsigned>(rank_); }
  unsigned count() const override { return static_cast<unsigned>(count_); }

  std::int64_t Exchange(std::int64_t bound, std::span<const Bytes> to,
                        std::span<Bytes> from) override {
    for (std::size_t r = 0; r < count(); ++r) {
      out_[r].bound = bound;
      out_[r].size = to[r].size();
      std::copy_n(to[r].begin(), std::min(to[r].size(), out_[r].head.size()), out_[r].head.begin());
    }
    MPI_Alltoall(out_.data(), sizeof(Envelope), MPI_BYTE, in_.data(), sizeof(Envelope), MPI_BYTE,
                 MPI_COMM_WORLD);
    requests_.clear();
    for (std::size_t r = 0; r < count(); ++r) {
      bound = std::min(bound, in_[r].bound);
      from[r].resize(in_[r].size);
      const std::size_t here = std::min(from[r].size(), in_[r].head.size());
      std::copy_n(in_[r].head.begin(), here, from[r].begin());
      if (here < from[r].size()) {
        requests_.emplace_back();
        MPI_Irecv(from[r].data() + here, ToInt(from[r].size() - here), MPI_BYTE,
                  static_cast<int>(r), kRest, MPI_COMM_WORLD, &requests_.back());
      }
    }
    for (std::size_t r = 0; r < count(); ++r) {
      const std::size_t sent = std::min(to[r].size(), out_[r].head.size());
      if (sent == to[r].size()) continue;
      requests_.emplace_back();
      MPI_Isend(to[r].data() + sent, ToInt(to[r].size() - sent), MPI_BYTE, static_cast<int>(r),
                kRest, MPI_COMM_WORLD, &requests_.back());
    }
    MPI_Waitall(ToInt(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
    return bound;
  }

  std::vector<Bytes> Gather(const Bytes& mine) override {
    const std::uint64_t size = mine.size();
    std::vector<std::uint64_t> sizes(count());
    MPI_Allgather(&size, 1, MPI_UINT64_T, sizes.data(), 1, MPI_UINT64_T, MPI_COMM_WORLD);
    // One rank after the other, so that no sum of sizes has to fit into an int.
    std::vector<Bytes> all(count());
    for (std::size_t r = 0; r < count(); ++r) {
      all[r].resize(sizes[r]);
      if (r == rank()) all[r] = mine;
      MPI_Bcast(all[r].data(), ToInt(all[r].size()), MPI_BYTE, static_cast<int>(r), MPI_COMM_WORLD);
    }
    return all;
  }

 private:
  static constexpr int kRest = 1;  // tag

  int rank_ = 0;
  int count_ = 1;
  std::vector<Envelope> out_;  // [rank]
  std::vector<Envelope> in_;   // [rank]
  std::vector<MPI_Request> requests_;
};

}  // namespace

std::unique_ptr<Ranks> ConnectRanks(int& argc, char**& argv) {
  int provided = MPI_THREAD_SINGLE;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  CNISIM_CHECK(provided >= MPI_THREAD_FUNNELED, "the MPI library works beside threads");
  auto ranks = std::make_unique<MpiRanks>();
  if (ranks->count() == 1) return nullptr;
  return ranks;
}

bool BuiltWithMpi() { return true; }

}  // namespace cnisim::engine

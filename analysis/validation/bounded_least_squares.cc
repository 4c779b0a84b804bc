#include "analysis/validation/bounded_least_squares.h"

#include <cmath>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include "sim/base/check.h"

namespace cnisim::validation {
namespace {

enum class Place : unsigned char { kFree, kLow, kHigh };

// Least squares over the free coefficients, the others held where they are.
Eigen::VectorXd SolveFree(const Eigen::MatrixXd& A, const Eigen::VectorXd& b,
                          const Eigen::VectorXd& x, const std::vector<Place>& place,
                          std::vector<Eigen::Index>& free) {
  free.clear();
  Eigen::VectorXd rest = b;
  for (Eigen::Index j = 0; j < A.cols(); ++j) {
    if (place[static_cast<std::size_t>(j)] == Place::kFree) {
      free.push_back(j);
    } else {
      rest -= A.col(j) * x[j];
    }
  }
  if (free.empty()) return Eigen::VectorXd();
  Eigen::MatrixXd sub(A.rows(), static_cast<Eigen::Index>(free.size()));
  for (std::size_t k = 0; k < free.size(); ++k) {
    sub.col(static_cast<Eigen::Index>(k)) = A.col(free[k]);
  }
  return sub.completeOrthogonalDecomposition().solve(rest);
}

// Moves the free coefficients toward `target` until the first of them meets a bound, which is then
// held.  True when the whole step fitted.
bool StepInside(const Eigen::VectorXd& target, const std::vector<Eigen::Index>& free,
                const Eigen::VectorXd& low, const Eigen::VectorXd& high, Eigen::VectorXd& x,
                std::vector<Place>& place) {
  double alpha = 1.0;
  Eigen::Index blocking = -1;
  Place where = Place::kFree;
  for (std::size_t k = 0; k < free.size(); ++k) {
    const Eigen::Index j = free[k];
    const double goal = target[static_cast<Eigen::Index>(k)];
    const bool below = goal < low[j];
    if (!below && goal <= high[j]) continue;
    const double bound = below ? low[j] : high[j];
    const double step = (bound - x[j]) / (goal - x[j]);
    if (step < alpha) {
      alpha = step;
      blocking = j;
      where = below ? Place::kLow : Place::kHigh;
    }
  }
  for (std::size_t k = 0; k < free.size(); ++k) {
    const Eigen::Index j = free[k];
    x[j] += alpha * (target[static_cast<Eigen::Index>(k)] - x[j]);
  }
  if (blocking < 0) return true;
  x[blocking] = where == Place::kLow ? low[blocking] : high[blocking];
  place[static_cast<std::size_t>(blocking)] = where;
  return false;
}

// The held coefficient whose release lowers the sum of squares fastest, or -1.
Eigen::Index MostWanted(const Eigen::VectorXd& gradient, const std::vector<Place>& place,
                        double tolerance) {
  Eigen::Index best = -1;
  double most = tolerance;
  for (Eigen::Index j = 0; j < gradient.size(); ++j) {
    const Place where = place[static_cast<std::size_t>(j)];
    const double gain = where == Place::kLow    ? gradient[j]
                        : where == Place::kHigh ? -gradient[j]
                                                : 0.0;
    if (gain > most) {
      most = gain;
      best = j;
    }
  }
  return best;
}

double HuberLoss(double residual, double scale) {
  const double size = std::abs(residual);
  return size <= scale ? 0.5 * size * size : scale * (size - 0.5 * scale);
}

double HuberWeight(double residual, double scale) {
  const double size = std::abs(residual);
  return size <= scale ? 1.0 : scale / size;
}

double Cost(const Eigen::VectorXd& residuals, double scale) {
  double sum = 0;
  for (const double residual : residuals) sum += HuberLoss(residual, scale);
  return sum;
}

void FillUncertainty(const Eigen::VectorXd& residuals, const Eigen::MatrixXd& jacobian,
                     const RobustProblem& problem, RobustSolution& solution) {
  const Eigen::Index n = solution.x.size();
  solution.standard_error = Eigen::VectorXd::Zero(n);
  solution.at_bound.assign(static_cast<std::size_t>(n), false);
  solution.informed.assign(static_cast<std::size_t>(n), false);
  std::vector<Eigen::Index> free;
  for (Eigen::Index j = 0; j < n; ++j) {
    const auto k = static_cast<std::size_t>(j);
    solution.informed[k] = jacobian.col(j).squaredNorm() > 0;
    solution.at_bound[k] = solution.x[j] <= problem.low[j] || solution.x[j] >= problem.high[j];
    if (!solution.informed[k]) {
      solution.standard_error[j] = std::numeric_limits<double>::infinity();
    } else if (!solution.at_bound[k]) {
      free.push_back(j);
    }
  }
  if (free.empty()) return;
  const auto m = static_cast<Eigen::Index>(free.size());
  Eigen::MatrixXd weighted(jacobian.rows(), m);
  double squares = 0;
  for (Eigen::Index i = 0; i < jacobian.rows(); ++i) {
    const double weight = HuberWeight(residuals[i], problem.huber_scale);
    squares += weight * residuals[i] * residuals[i];
    for (Eigen::Index k = 0; k < m; ++k) {
      weighted(i, k) = std::sqrt(weight) * jacobian(i, free[static_cast<std::size_t>(k)]);
    }
  }
  const double freedom = std::max<double>(1.0, static_cast<double>(jacobian.rows() - m));
  const Eigen::MatrixXd covariance =
      (weighted.transpose() * weighted).completeOrthogonalDecomposition().pseudoInverse() *
      (squares / freedom);
  for (Eigen::Index k = 0; k < m; ++k) {
    solution.standard_error[free[static_cast<std::size_t>(k)]] =
        std::sqrt(std::max(0.0, covariance(k, k)));
  }
}

}  // namespace

Eigen::VectorXd SolveBoundedLinear(const Eigen::MatrixXd& A, const Eigen::VectorXd& b,
                                   const Eigen::VectorXd& low, const Eigen::VectorXd& high) {
  const Eigen::Index n = A.cols();
  CNISIM_CHECK(A.rows() == b.size() && low.size() == n && high.size() == n,
               "a bounded problem has one row a measurement and two bounds a coefficient");
  CNISIM_CHECK((low.array() <= high.array()).all(), "a lower bound is above its upper bound");
  std::vector<Place> place(static_cast<std::size_t>(n));
  Eigen::VectorXd x(n);
  for (Eigen::Index j = 0; j < n; ++j) {
    const bool from_below = std::isfinite(low[j]);
    const bool bounded = from_below || std::isfinite(high[j]);
    place[static_cast<std::size_t>(j)] =
        !bounded ? Place::kFree : (from_below ? Place::kLow : Place::kHigh);
    x[j] = !bounded ? 0.0 : (from_below ? low[j] : high[j]);
  }
  const double tolerance = 1e-12 * std::max(1.0, A.cwiseAbs().maxCoeff() * b.cwiseAbs().maxCoeff());
  std::vector<Eigen::Index> free;
  // Each pass frees one coefficient and the sum of squares falls, so no set of held ones recurs;
  // the limit only guards against rounding.
  Eigen::Index last_freed = -1;
  const Eigen::Index limit = 10 * n + 10;
  for (Eigen::Index pass = 0; pass < limit; ++pass) {
    while (!StepInside(SolveFree(A, b, x, place, free), free, low, high, x, place)) {
    }
    const Eigen::VectorXd gradient = A.transpose() * (b - A * x);
    const Eigen::Index wanted = MostWanted(gradient, place, tolerance);
    if (wanted < 0) break;
    // A coefficient that was freed and met its bound at once is at its optimum but for rounding.
    if (wanted == last_freed) break;
    last_freed = wanted;
    place[static_cast<std::size_t>(wanted)] = Place::kFree;
  }
  return x;
}

RobustSolution SolveBoundedRobust(const RobustProblem& problem, int max_iterations) {
  constexpr double kFirstDamping = 1e-3;
  constexpr double kMostDamping = 1e12;
  constexpr double kRelativeGain = 1e-12;
  const Eigen::Index n = problem.start.size();
  RobustSolution solution;
  solution.x = problem.start.cwiseMax(problem.low).cwiseMin(problem.high);
  Eigen::VectorXd residuals;
  Eigen::MatrixXd jacobian;
  problem.evaluate(solution.x, residuals, &jacobian);
  solution.cost = Cost(residuals, problem.huber_scale);
  double damping = kFirstDamping;
  for (; solution.iterations < max_iterations && !solution.converged; ++solution.iterations) {
    const Eigen::Index m = residuals.size();
    Eigen::MatrixXd A(m + n, n);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(m + n);
    A.bottomRows(n).setZero();
    for (Eigen::Index i = 0; i < m; ++i) {
      const double root = std::sqrt(HuberWeight(residuals[i], problem.huber_scale));
      A.row(i) = root * jacobian.row(i);
      b[i] = -root * residuals[i];
    }
    const Eigen::VectorXd scale = A.topRows(m).colwise().norm();
    bool accepted = false;
    while (!accepted && damping < kMostDamping) {
      for (Eigen::Index j = 0; j < n; ++j) {
        // A coefficient that nothing informs is held where it is.
        A(m + j, j) = scale[j] > 0 ? std::sqrt(damping) * scale[j] : 1.0;
      }
      const Eigen::VectorXd step =
          SolveBoundedLinear(A, b, problem.low - solution.x, problem.high - solution.x);
      const Eigen::VectorXd next = (solution.x + step).cwiseMax(problem.low).cwiseMin(problem.high);
      Eigen::VectorXd next_residuals;
      problem.evaluate(next, next_residuals, nullptr);
      const double next_cost = Cost(next_residuals, problem.huber_scale);
      if (next_cost < solution.cost) {
        accepted = true;
        solution.converged = solution.cost - next_cost <= kRelativeGain * solution.cost;
        solution.x = next;
        solution.cost = next_cost;
        damping *= 0.3;
      } else {
        damping *= 4;
      }
    }
    if (!accepted) {
      solution.converged = true;
    } else {
      problem.evaluate(solution.x, residuals, &jacobian);
    }
  }
  FillUncertainty(residuals, jacobian, problem, solution);
  return solution;
}

}  // namespace cnisim::validation

#include "analysis/validation/bounded_least_squares.h"

#include <cmath>
#include <limits>

#include <Eigen/QR>
#include <gtest/gtest.h>

#include "sim/base/check.h"

namespace cnisim::validation {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A reproducible matrix without a random generator: values of a low-discrepancy sequence.
Eigen::MatrixXd Scattered(Eigen::Index rows, Eigen::Index columns, double offset) {
  Eigen::MatrixXd matrix(rows, columns);
  double value = offset;
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < columns; ++j) {
      value = std::fmod(value + 0.6180339887498949 * static_cast<double>(j + 1) + 0.1, 1.0);
      matrix(i, j) = 2 * value - 1;
    }
  }
  return matrix;
}

double Squares(const Eigen::MatrixXd& A, const Eigen::VectorXd& b, const Eigen::VectorXd& x) {
  return (A * x - b).squaredNorm();
}

// The slow obvious solver: every way to hold coefficients at a bound or leave them free.
double BestByEnumeration(const Eigen::MatrixXd& A, const Eigen::VectorXd& b,
                         const Eigen::VectorXd& low, const Eigen::VectorXd& high) {
  const Eigen::Index n = A.cols();
  double best = kInfinity;
  int ways = 1;
  for (Eigen::Index j = 0; j < n; ++j) ways *= 3;
  for (int way = 0; way < ways; ++way) {
    Eigen::VectorXd x = Eigen::VectorXd::Zero(n);
    std::vector<Eigen::Index> free;
    int rest = way;
    for (Eigen::Index j = 0; j < n; ++j, rest /= 3) {
      if (rest % 3 == 0) {
        free.push_back(j);
      } else {
        x[j] = rest % 3 == 1 ? low[j] : high[j];
      }
    }
    Eigen::MatrixXd sub(A.rows(), static_cast<Eigen::Index>(free.size()));
    for (std::size_t k = 0; k < free.size(); ++k) {
      sub.col(static_cast<Eigen::Index>(k)) = A.col(free[k]);
    }
    if (!free.empty()) {
      const Eigen::VectorXd part = sub.completeOrthogonalDecomposition().solve(b - A * x);
      for (std::size_t k = 0; k < free.size(); ++k) {
        x[free[k]] = part[static_cast<Eigen::Index>(k)];
      }
    }
    const bool inside = ((x - low).array() >= -1e-12).all() && ((high - x).array() >= -1e-12).all();
    if (inside) best = std::min(best, Squares(A, b, x));
  }
  return best;
}

TEST(BoundedLeastSquaresTest, WithoutActiveBoundsItIsPlainLeastSquares) {
  const Eigen::MatrixXd A = Scattered(12, 4, 0.3);
  const Eigen::VectorXd truth = Eigen::Vector4d(1.0, -2.0, 0.5, 3.0);
  const Eigen::VectorXd wide = Eigen::VectorXd::Constant(4, 100.0);
  const Eigen::VectorXd x = SolveBoundedLinear(A, A * truth, -wide, wide);
  EXPECT_LT((x - truth).norm(), 1e-10);
}

TEST(BoundedLeastSquaresTest, EqualsTheBestOfAllWaysToHoldCoefficients) {
  for (int problem = 0; problem < 50; ++problem) {
    const Eigen::MatrixXd A = Scattered(9, 5, 0.017 * problem);
    const Eigen::VectorXd b = 3 * Scattered(9, 1, 0.41 + 0.013 * problem).col(0);
    const Eigen::VectorXd low = Eigen::VectorXd::Constant(5, -0.3);
    const Eigen::VectorXd high = Eigen::VectorXd::Constant(5, 0.4);
    const Eigen::VectorXd x = SolveBoundedLinear(A, b, low, high);
    EXPECT_TRUE(((x - low).array() >= 0).all() && ((high - x).array() >= 0).all());
    EXPECT_NEAR(Squares(A, b, x), BestByEnumeration(A, b, low, high), 1e-9) << problem;
  }
}

TEST(BoundedLeastSquaresTest, OneSidedAndMissingBounds) {
  // x0 wants to be -1 but may not be negative; x1 is free.
  Eigen::MatrixXd A = Eigen::MatrixXd::Identity(2, 2);
  const Eigen::VectorXd x =
      SolveBoundedLinear(A, Eigen::Vector2d(-1.0, -5.0), Eigen::Vector2d(0.0, -kInfinity),
                         Eigen::Vector2d(kInfinity, kInfinity));
  EXPECT_DOUBLE_EQ(x[0], 0.0);
  EXPECT_DOUBLE_EQ(x[1], -5.0);
}

RobustProblem Line(const Eigen::VectorXd& at, const Eigen::VectorXd& measured) {
  RobustProblem problem;
  problem.evaluate = [at, measured](const Eigen::VectorXd& x, Eigen::VectorXd& residuals,
                                    Eigen::MatrixXd* jacobian) {
    residuals = (x[0] + x[1] * at.array()).matrix() - measured;
    if (jacobian == nullptr) return;
    jacobian->resize(at.size(), x.size());
    jacobian->setZero();
    jacobian->col(0).setOnes();
    jacobian->col(1) = at;
  };
  problem.start = Eigen::Vector2d(1.0, 1.0);
  problem.low = Eigen::Vector2d(0.0, 0.0);
  problem.high = Eigen::Vector2d(100.0, 100.0);
  return problem;
}

TEST(BoundedRobustTest, AnOutlierDoesNotMoveTheLine) {
  // y = 5 + 2 t at t = 0..9, one measurement is 1000 too large.
  Eigen::VectorXd at = Eigen::VectorXd::LinSpaced(10, 0, 9);
  Eigen::VectorXd measured = (5 + 2 * at.array()).matrix();
  measured[4] += 1000;
  RobustProblem problem = Line(at, measured);
  problem.huber_scale = 0.01;
  const RobustSolution solution = SolveBoundedRobust(problem);
  EXPECT_TRUE(solution.converged);
  // Huber's estimate leaves a pull of the order of its scale, not of the outlier.
  EXPECT_NEAR(solution.x[0], 5.0, 0.02);
  EXPECT_NEAR(solution.x[1], 2.0, 0.02);
}

TEST(BoundedRobustTest, StopsAtABoundAndSaysSo) {
  Eigen::VectorXd at = Eigen::VectorXd::LinSpaced(10, 0, 9);
  RobustProblem problem = Line(at, (5 + 2 * at.array()).matrix());
  problem.high[1] = 1.5;
  problem.huber_scale = 1e6;  // plain least squares
  const RobustSolution solution = SolveBoundedRobust(problem);
  EXPECT_DOUBLE_EQ(solution.x[1], 1.5);
  // With the slope held at 1.5 the best offset is mean(5 + 0.5 t) = 7.25.
  EXPECT_NEAR(solution.x[0], 7.25, 1e-9);
  EXPECT_FALSE(solution.at_bound[0]);
  EXPECT_TRUE(solution.at_bound[1]);
}

TEST(BoundedRobustTest, ACoefficientThatNothingInformsIsNamed) {
  Eigen::VectorXd at = Eigen::VectorXd::LinSpaced(10, 0, 9);
  RobustProblem problem = Line(at, (5 + 2 * at.array()).matrix());
  problem.start = Eigen::Vector3d(1.0, 1.0, 0.7);
  problem.low = Eigen::Vector3d::Zero();
  problem.high = Eigen::Vector3d::Constant(100.0);
  const RobustSolution solution = SolveBoundedRobust(problem);
  EXPECT_FALSE(solution.informed[2]);
  EXPECT_DOUBLE_EQ(solution.x[2], 0.7);
  EXPECT_TRUE(std::isinf(solution.standard_error[2]));
  EXPECT_TRUE(solution.informed[0] && solution.informed[1]);
}

TEST(BoundedRobustTest, NonLinearModelInLogarithms) {
  // Rates are compared as logarithms: r = ln(a + b n) - ln(measured).
  Eigen::VectorXd n = Eigen::VectorXd::LinSpaced(20, 1, 2000);
  RobustProblem problem;
  problem.evaluate = [n](const Eigen::VectorXd& x, Eigen::VectorXd& residuals,
                         Eigen::MatrixXd* jacobian) {
    const Eigen::ArrayXd model = x[0] + x[1] * n.array();
    residuals = (model.log() - (900 + 3.6 * n.array()).log()).matrix();
    if (jacobian == nullptr) return;
    jacobian->resize(n.size(), 2);
    jacobian->col(0) = model.inverse();
    jacobian->col(1) = n.array() / model;
  };
  problem.start = Eigen::Vector2d(100.0, 20.0);
  problem.low = Eigen::Vector2d(10.0, 1.0);
  problem.high = Eigen::Vector2d(1e4, 100.0);
  const RobustSolution solution = SolveBoundedRobust(problem);
  EXPECT_NEAR(solution.x[0], 900.0, 1e-3);
  EXPECT_NEAR(solution.x[1], 3.6, 1e-6);
}

}  // namespace
}  // namespace cnisim::validation

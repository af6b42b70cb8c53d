# spiral toy data, 2 layer net, straight down the page
import numpy as np
np.random.seed(0)

N = 100 # points per class
D = 2
K = 3
X = np.zeros((N*K,D))
y = np.zeros(N*K, dtype='uint8')
for j in range(K):
  ix = range(N*j,N*(j+1))
  r = np.linspace(0.0,1,N)
  t = np.linspace(j*4,(j+1)*4,N) + np.random.randn(N)*0.2
  X[ix] = np.c_[r*np.sin(t), r*np.cos(t)]
  y[ix] = j

h = 80 # hidden units
W1 = 0.05 * np.random.randn(D,h)
b1 = np.zeros((1,h))
W2 = 0.05 * np.random.randn(h,K)
b2 = np.zeros((1,K))

# some hyperparameters
step_size = 1.0
decay = 0.9997
reg = 1e-4
num_examples = X.shape[0]
num_iters = 4000

for i in range(num_iters):

  # class scores, [N*K x K]
  hidden_layer = np.maximum(0, np.dot(X, W1) + b1)
  scores = np.dot(hidden_layer, W2) + b2

  # class probabilities
  scores -= np.max(scores, axis=1, keepdims=True)
  exp_scores = np.exp(scores)
  probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)

  # loss: average cross-entropy + regularization
  correct_logprobs = -np.log(probs[range(num_examples),y])
  data_loss = np.sum(correct_logprobs)/num_examples
  reg_loss = 0.5*reg*np.sum(W1*W1) + 0.5*reg*np.sum(W2*W2)
  loss = data_loss + reg_loss
  if i % 500 == 0:
    print("iteration %d: loss %f" % (i, loss))

  # gradient on scores
  dscores = probs
  dscores[range(num_examples),y] -= 1
  dscores /= num_examples

  # backprop to W2, b2, then hidden, then W1, b1
  dW2 = np.dot(hidden_layer.T, dscores)
  db2 = np.sum(dscores, axis=0, keepdims=True)
  dhidden = np.dot(dscores, W2.T)
  dhidden[hidden_layer <= 0] = 0
  dW1 = np.dot(X.T, dhidden)
  db1 = np.sum(dhidden, axis=0, keepdims=True)

  # regularization gradient
  dW2 += reg * W2
  dW1 += reg * W1

  # parameter update
  W1 += -step_size * dW1
  b1 += -step_size * db1
  W2 += -step_size * dW2
  b2 += -step_size * db2
  step_size *= decay

hidden_layer = np.maximum(0, np.dot(X, W1) + b1)
scores = np.dot(hidden_layer, W2) + b2
predicted_class = np.argmax(scores, axis=1)
print('final loss %f' % loss)
print('training accuracy: %.2f' % (np.mean(predicted_class == y)))

import numpy as np

np.random.seed(1)

# tre bracci di una spirale
N=100          # punti per classe
K=3            # classi
X=np.zeros((N*K,2))
y=np.zeros(N*K,dtype=int)
for k in range(K):
    idx=range(N*k,N*(k+1))
    raggio=np.linspace(0.05,1,N)
    angolo=np.linspace(k*4,(k+1)*4,N)+np.random.randn(N)*0.2
    X[idx]=np.c_[raggio*np.sin(angolo),raggio*np.cos(angolo)]
    y[idx]=k

nascosti=64
passo=0.8
lam=1e-3       # forza della regolarizzazione

W1=0.1*np.random.randn(2,nascosti)
b1=np.zeros((1,nascosti))
W2=0.1*np.random.randn(nascosti,K)
b2=np.zeros((1,K))

esempi=X.shape[0]
for giro in range(6000):
    # passo in avanti
    nascosto=np.maximum(0,np.dot(X,W1)+b1)
    punteggi=np.dot(nascosto,W2)+b2

    punteggi-=punteggi.max(axis=1,keepdims=True)
    esp=np.exp(punteggi)
    prob=esp/esp.sum(axis=1,keepdims=True)

    perdita=-np.log(prob[range(esempi),y]).mean()
    perdita+=0.5*lam*np.sum(W1*W1)+0.5*lam*np.sum(W2*W2)
    if giro % 1000 == 0:
        print("giro %d: perdita %f" % (giro, perdita))

    # passo indietro
    dpunteggi=prob
    dpunteggi[range(esempi),y]-=1
    dpunteggi/=esempi

    dW2=np.dot(nascosto.T,dpunteggi)
    db2=np.sum(dpunteggi,axis=0,keepdims=True)
    dnascosto=np.dot(dpunteggi,W2.T)
    dnascosto[nascosto<=0]=0
    dW1=np.dot(X.T,dnascosto)
    db1=np.sum(dnascosto,axis=0,keepdims=True)

    dW2+=lam*W2
    dW1+=lam*W1

    W1+=-passo*dW1
    b1+=-passo*db1
    W2+=-passo*dW2
    b2+=-passo*db2

nascosto=np.maximum(0,np.dot(X,W1)+b1)
previsti=np.argmax(np.dot(nascosto,W2)+b2,axis=1)
print("accuratezza: %.3f" % (np.mean(previsti == y)))

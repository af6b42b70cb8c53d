# 2 bit + 2 bit adder with a neural net, bias = extra column of ones
import numpy as np

def s(x):
    return 1/(1+np.exp(-x))

def d(y):
    # derivative of the sigmoid, y is already s(x)
    return y*(1-y)

# all 16 additions
X=[]
T=[]
for a in range(4):
    for b in range(4):
        c=a+b
        X.append([a//2,a%2,b//2,b%2,1])
        T.append([c//4,(c//2)%2,c%2])
X=np.array(X)
T=np.array(T)

np.random.seed(9)
W=2*np.random.random((5,12))-1
V=2*np.random.random((13,3))-1
n=0.2

for k in range(40000):
    # forward
    h=s(np.dot(X,W))
    H=np.hstack([h,np.ones((16,1))])
    o=s(np.dot(H,V))
    # backward
    e=T-o
    do=e*d(o)
    dh=np.dot(do,V[:12].T)*d(h)
    V+=n*np.dot(H.T,do)
    W+=n*np.dot(X.T,dh)

bad=0
for x,t,y in zip(X,T,o):
    r=np.round(y).astype(int)
    flag=''
    if (r!=t).any():
        flag='  <-- wrong'
        bad+=1
    print(2*x[0]+x[1],'+',2*x[2]+x[3],'=',4*r[0]+2*r[1]+r[2],np.round(y,2),flag)
print(bad,'wrong')

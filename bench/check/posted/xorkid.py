import math,random
random.seed(6)

# inputs a,b  target t
T=[(0,0,0),(0,1,1),(1,0,1),(1,1,0)]

def s(x):
    return 1/(1+math.exp(-x))

k=3   # hidden
w=[[random.uniform(-1,1) for i in range(2)] for j in range(k)]
p=[random.uniform(-1,1) for j in range(k)]
v=[random.uniform(-1,1) for j in range(k)]
q=random.uniform(-1,1)
r=0.5

for n in range(30001):
    E=0
    for a,b,t in T:
        x=[a,b]
        h=[]
        for j in range(k):
            z=p[j]
            for i in range(2):
                z+=w[j][i]*x[i]
            h.append(s(z))
        z=q
        for j in range(k):
            z+=v[j]*h[j]
        o=s(z)
        E+=0.5*(t-o)**2

        # output
        d=(t-o)*o*(1-o)
        # hidden
        g=[]
        for j in range(k):
            g.append(d*v[j]*h[j]*(1-h[j]))

        for j in range(k):
            v[j]+=r*d*h[j]
        q+=r*d
        for j in range(k):
            for i in range(2):
                w[j][i]+=r*g[j]*x[i]
            p[j]+=r*g[j]
    if n%5000==0:
        print(n,E)

for a,b,t in T:
    h=[s(w[j][0]*a+w[j][1]*b+p[j]) for j in range(k)]
    o=s(sum(v[j]*h[j] for j in range(k))+q)
    print(a,b,'->',round(o,3),'should be',t)

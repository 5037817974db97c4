"""How the JVMs of tests compile: two processes of tests share two cores, and the second compiler takes a third of them."""

# A JVM of seconds: what the second compiler takes it never gives back.
SHORT_LIVED = "-XX:TieredStopAtLevel=1"
# A JVM of minutes, with ten times the calls before the second compiler looks at a method: 15 % less time side by side.
SIDE_BY_SIDE = (
    "-XX:Tier4InvocationThreshold=50000 -XX:Tier4MinInvocationThreshold=6000 "
    "-XX:Tier4CompileThreshold=150000 -XX:Tier4BackEdgeThreshold=400000"
)

import java.nio.file.Path;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One node of OpenSearch on a port of 127.0.0.1, for as long as its input is open: it goes with whoever started it. */
public final class SearchEngine {
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    Path data = Path.of(args[1]).toAbsolutePath();
    OpenSearchRunner runner = new OpenSearchRunner();
    runner.onBuild((index, settings) -> {
      settings.put("http.port", port);
      settings.put("network.host", "127.0.0.1");
      settings.put("transport.port", 0);
      settings.put("discovery.type", "single-node");
      // A development machine's disk is often fuller than a cluster's may be.
      settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
    });
    runner.build(OpenSearchRunner.newConfigs().basePath(data.toString()).numOfNode(1).clusterName("causeway"));
    System.out.println("ready on 127.0.0.1:" + port);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(runner)));
    while (System.in.read() >= 0) {
      // What is written to it means nothing.
    }
    System.exit(0);
  }

  private static void close(OpenSearchRunner runner) {
    try {
      runner.close();
    } catch (Exception error) {
      System.err.println("not closed in order: " + error);
    }
  }
}

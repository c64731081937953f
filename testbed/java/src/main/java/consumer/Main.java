package consumer;

import java.io.BufferedWriter;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import javax.jms.Connection;
import javax.jms.Session;

/**
 * Reads a JMS queue and prints each message as a line of JSON:
 * {@code consumer.Main KIND URL USER PASSWORD QUEUE COUNT EXTRA_MS TIMEOUT_MS}.
 *
 * <p>It ends when COUNT messages were read or none came for TIMEOUT_MS. With EXTRA_MS above 0 it goes on reading after
 * COUNT until none came for EXTRA_MS. What it did not print stays in the queue.
 */
public final class Main {
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[5]);
    long extra = Long.parseLong(args[6]);
    long timeout = Long.parseLong(args[7]);
    Connection connection = Clients.connect(args[0], args[1], args[2], args[3]);
    try (Writer out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), 1 << 16)) {
      Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
      Reader reader = new Reader(session, out, extra > 0 ? Integer.MAX_VALUE : count);
      session.createConsumer(Clients.queue(args[0], session, args[4])).setMessageListener(reader);
      connection.start();
      if (reader.await(count, timeout) && extra > 0) {
        reader.await(Integer.MAX_VALUE, extra);
      }
      reader.finish();
    } finally {
      connection.close();
    }
  }
}

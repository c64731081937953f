package consumer;

import java.io.IOException;
import java.io.Writer;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageListener;
import javax.jms.Session;

/**
 * Prints messages and commits their reading, many at a time, so that 20,000 take seconds. ActiveMQ Classic pages 200 in and
 * may rest for half a minute before the next ones unless something is acknowledged meanwhile: the batch is smaller than that.
 */
final class Reader implements MessageListener {
  private static final int BATCH = 100;

  private final Session session;
  private final Writer out;
  private final int limit;
  private int read;
  private Exception failure;

  Reader(Session session, Writer out, int limit) {
    this.session = session;
    this.out = out;
    this.limit = limit;
  }

  @Override
  public synchronized void onMessage(Message message) {
    if (failure != null || read == limit) {
      return; // prefetched; it was not printed, and goes back to the queue uncommitted
    }
    try {
      out.write(Json.line(message));
      read++;
      if (read % BATCH == 0 || read == limit) {
        commit();
      }
    } catch (Exception e) {
      failure = e;
    }
    notifyAll();
  }

  /** Waits until count messages were read; false when none came for idle milliseconds before. */
  synchronized boolean await(int count, long idle) throws Exception {
    int seen = read;
    long silentSince = System.nanoTime();
    while (read < count && failure == null) {
      long left = idle - (System.nanoTime() - silentSince) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
      if (read > seen) {
        seen = read;
        silentSince = System.nanoTime();
      }
    }
    return failure == null;
  }

  /** Commits the rest. The lock that onMessage holds too keeps the session in one thread at a time. */
  synchronized void finish() throws Exception {
    if (failure != null) {
      throw failure;
    }
    if (read < limit) {
      commit();
      failure = new IllegalStateException("finished");
    }
  }

  private void commit() throws IOException, JMSException {
    out.flush();
    session.commit();
  }
}

package consumer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import javax.jms.BytesMessage;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.TextMessage;

/** One message as a line of JSON. Property values are printed as strings. */
final class Json {
  private Json() {}

  static String line(Message m) throws Exception {
    byte[] body = body(m);
    StringBuilder s = new StringBuilder(body.length * 3 / 2 + 512).append('{');
    field(s, "class", type(m));
    field(s, "messageID", m.getJMSMessageID());
    field(s, "correlationID", m.getJMSCorrelationID());
    field(s, "type", m.getJMSType());
    field(s, "replyTo", m.getJMSReplyTo() == null ? null : m.getJMSReplyTo().toString());
    s.append("\"priority\":").append(priority(m)).append(',');
    s.append("\"expiration\":").append(m.getJMSExpiration()).append(',');
    s.append("\"deliveryMode\":").append(m.getJMSDeliveryMode()).append(',');
    s.append("\"redelivered\":").append(m.getJMSRedelivered()).append(',');
    s.append("\"properties\":{");
    for (Object name : Collections.list(m.getPropertyNames())) {
      field(s, (String) name, String.valueOf(m.getObjectProperty((String) name)));
    }
    close(s).append("},");
    field(s, "sha256", HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body)));
    field(s, "body", Base64.getEncoder().encodeToString(body));
    return close(s).append("}\n").toString();
  }

  private static String type(Message m) {
    if (m instanceof TextMessage) {
      return "TextMessage";
    }
    return m instanceof BytesMessage ? "BytesMessage" : m.getClass().getName();
  }

  private static byte[] body(Message m) throws Exception {
    if (m instanceof TextMessage) {
      String text = ((TextMessage) m).getText();
      return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    }
    if (!(m instanceof BytesMessage)) {
      return new byte[0];
    }
    byte[] body = new byte[(int) ((BytesMessage) m).getBodyLength()];
    ((BytesMessage) m).readBytes(body);
    return body;
  }

  private static void field(StringBuilder s, String name, String value) {
    if (value != null) {
      string(s, name).append(':');
      string(s, value).append(',');
    }
  }

  private static StringBuilder close(StringBuilder s) {
    if (s.charAt(s.length() - 1) == ',') {
      s.setLength(s.length() - 1);
    }
    return s;
  }

  private static StringBuilder string(StringBuilder s, String value) {
    s.append('"');
    for (char c : value.toCharArray()) {
      if (c == '"' || c == '\\') {
        s.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        s.append(String.format("\\u%04x", (int) c));
      } else {
        s.append(c);
      }
    }
    return s.append('"');
  }

  /** RabbitMQ's client throws where a message says nothing of its priority; JMS's default is 4. */
  private static int priority(Message m) throws JMSException {
    try {
      return m.getJMSPriority();
    } catch (NumberFormatException e) {
      return 4;
    }
  }
}

package consumer;

import com.rabbitmq.jms.admin.RMQConnectionFactory;
import com.rabbitmq.jms.admin.RMQDestination;
import javax.jms.Connection;
import javax.jms.ConnectionFactory;
import javax.jms.JMSException;
import javax.jms.Queue;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnectionFactory;

/** The three brokers' own JMS clients. */
final class Clients {
  private Clients() {}

  static Connection connect(String kind, String url, String user, String password) throws Exception {
    return factory(kind, url).createConnection(user, password);
  }

  private static ConnectionFactory factory(String kind, String url) throws Exception {
    switch (kind) {
      case "activemq":
        return new ActiveMQConnectionFactory(url);
      case "artemis":
        return new org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory(url);
      case "rabbitmq":
        RMQConnectionFactory factory = new RMQConnectionFactory();
        factory.setUri(url);
        factory.setChannelsQos(1000);
        return factory;
      default:
        throw new IllegalArgumentException("no client for " + kind);
    }
  }

  /** On RabbitMQ a queue that another protocol declared is read as an AMQP queue, under its bare name. */
  static Queue queue(String kind, Session session, String name) throws JMSException {
    return kind.equals("rabbitmq") ? new RMQDestination(name, null, null, name) : session.createQueue(name);
  }
}

package testbed

import (
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"text/template"
)

const (
	activemqHome   = "/usr/share/activemq"
	rabbitmqServer = "/usr/lib/rabbitmq/bin/rabbitmq-server" // the one in /usr/sbin changes to a user and folders of its own
	rabbitmqNode   = "rowrelay@localhost"
)

//go:embed conf
var conf embed.FS

// settings are what the templates in conf and the commands are filled with.
type settings struct {
	Dir, User, Password              string
	STOMP, STOMPTLS, JMS, EPMD, Dist int
	memory                           []string // the JVM's options for it
}

// small leaves room for several brokers beside each other.
var small = []string{"-Xms128m", "-Xmx512m", "-XX:+UseSerialGC"}

// shipped is what the brokers' own start scripts say: /usr/share/activemq/activemq-options of Debian, and artemis.profile as
// `artemis create` writes it. RabbitMQ has no JVM.
var shipped = map[Part][]string{
	ActiveMQ: {"-Xms512M", "-Xmx512M"},
	Artemis:  {"-Xms512M", "-Xmx2G", "-XX:+UseG1GC", "-XX:+UseStringDeduplication", "-XX:AutoBoxCacheMax=20000"},
}

// recipe is how one kind of broker is run. docs/real-parts.md tells the same to people.
type recipe struct {
	jms, jmsAddr string
	files        map[string]string // path below the broker's folder -> template in conf, or the text itself after "="
	keystore     bool              // it reads its certificate from keystore.p12
	server       func() *exec.Cmd
	beside       func() *exec.Cmd // a second process, or nil
	besideAddr   string
	started      string // what its log says when the start is over and its ports are open long since; "" for nothing
}

var recipes = map[Part]func(settings) recipe{ActiveMQ: activemq, Artemis: artemis, RabbitMQ: rabbitmq}

func activemq(s settings) recipe {
	return recipe{
		jms: "tcp://" + loopback(s.JMS), jmsAddr: loopback(s.JMS), keystore: true,
		files: map[string]string{"conf/activemq.xml": "activemq.xml", "conf/log4j.properties": "activemq-log4j.properties"},
		server: func() *exec.Cmd {
			return java(s, "-Dactivemq.home="+activemqHome, "-Dactivemq.base="+s.Dir, "-Dactivemq.conf="+s.Dir+"/conf",
				"-Dactivemq.data="+s.Dir+"/data", "-Dlog4j.configuration=file:"+s.Dir+"/conf/log4j.properties",
				"-jar", activemqHome+"/bin/activemq.jar", "start", "xbean:file:"+s.Dir+"/conf/activemq.xml")
		},
	}
}

func artemis(s settings) recipe {
	return recipe{
		jms: "tcp://" + loopback(s.JMS), jmsAddr: loopback(s.JMS), keystore: true,
		files: map[string]string{
			"etc/broker.xml": "artemis.xml", "etc/bootstrap.xml": "artemis-bootstrap.xml",
			"etc/login.config": "artemis-login.config", "etc/log4j2.properties": "artemis-log4j2.properties",
			"etc/management.xml":           `=<management-context xmlns="http://activemq.apache.org/schema"/>` + "\n",
			"etc/artemis-users.properties": "=" + s.User + " = " + s.Password + "\n",
			"etc/artemis-roles.properties": "=users = " + s.User + "\n",
		},
		server: func() *exec.Cmd {
			return java(s, "-Djava.security.auth.login.config="+s.Dir+"/etc/login.config",
				"-Dlog4j2.configurationFile=file:"+s.Dir+"/etc/log4j2.properties",
				"-Dartemis.home="+artemisHome(), "-Dartemis.instance="+s.Dir, "-Dartemis.instance.etc="+s.Dir+"/etc",
				"-Ddata.dir="+s.Dir+"/data", "-classpath", artemisHome()+"/lib/artemis-boot.jar",
				"org.apache.activemq.artemis.boot.Artemis", "run")
		},
	}
}

func java(s settings, args ...string) *exec.Cmd {
	cmd := exec.Command("java", slices.Concat(s.memory, []string{"-Djava.awt.headless=true", "-Djava.io.tmpdir=" + s.Dir}, args)...)
	cmd.Dir = s.Dir
	return cmd
}

// rabbitmq runs with an epmd of its own, which Erlang would otherwise start and leave behind.
func rabbitmq(s settings) recipe {
	epmd := fmt.Sprint(s.EPMD)
	return recipe{
		jms: fmt.Sprintf("amqp://%s", loopback(s.JMS)), jmsAddr: loopback(s.JMS), besideAddr: loopback(s.EPMD),
		started: "Server startup complete",
		files:   map[string]string{"rabbitmq.conf": "rabbitmq.conf", "plugins": "=[rabbitmq_stomp].\n"},
		beside:  func() *exec.Cmd { return exec.Command("epmd", "-port", epmd, "-address", "127.0.0.1") },
		server: func() *exec.Cmd {
			cmd := exec.Command(rabbitmqServer)
			cmd.Dir = s.Dir
			cmd.Env = append(os.Environ(), "HOME="+s.Dir, "ERL_EPMD_PORT="+epmd, "ERL_EPMD_ADDRESS=127.0.0.1",
				"RABBITMQ_NODENAME="+rabbitmqNode, "RABBITMQ_DIST_PORT="+fmt.Sprint(s.Dist),
				"RABBITMQ_CONFIG_FILE="+s.Dir+"/rabbitmq.conf", "RABBITMQ_ENABLED_PLUGINS_FILE="+s.Dir+"/plugins",
				"RABBITMQ_MNESIA_BASE="+s.Dir+"/mnesia", "RABBITMQ_LOG_BASE="+s.Dir+"/log.d", "RABBITMQ_PID_FILE="+s.Dir+"/pid",
				"RABBITMQ_ALLOW_INPUT=1",       // makes the shell exec Erlang, so that our child is the server itself
				"ERL_AFLAGS=-start_epmd false", // for the helpers that it runs too
				"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-noinput -kernel inet_dist_use_interface {127,0,0,1}")
			return cmd
		},
	}
}

// write fills the recipe's files in.
func (r recipe) write(s settings, certs certificates) error {
	for path, source := range r.files {
		if err := writeFile(filepath.Join(s.Dir, path), source, s); err != nil {
			return err
		}
	}
	if !r.keystore {
		return nil
	}
	out, err := exec.Command("openssl", "pkcs12", "-export", "-in", certs.cert, "-inkey", certs.key, "-name", "broker",
		"-passout", "pass:keystore", "-out", filepath.Join(s.Dir, "keystore.p12")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("openssl: %w: %s", err, out)
	}
	return nil
}

func writeFile(path, source string, s settings) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if source[0] == '=' {
		return os.WriteFile(path, []byte(source[1:]), 0o600)
	}
	t, err := template.ParseFS(conf, "conf/"+source)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return t.Execute(f, s)
}

// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.surreal.internal.index.IndexLimits;
import io.peerkit.storage.surreal.internal.session.Greeting;
import io.peerkit.storage.surreal.internal.session.SessionLimits;
import io.peerkit.storage.surreal.internal.session.WebSocketSession;
import io.peerkit.storage.surreal.internal.store.StoreSettings;
import io.peerkit.storage.surreal.internal.store.SurrealStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * A store in SurrealDB, version 3: a server, a cluster, or a local server that is started on demand. Each setting gives a copy; nothing
 * is touched before {@link #open}.
 *
 * <pre>{@code
 * SurrealStorage.connect(URI.create("wss://db.example.org"))
 *         .credentials(SurrealCredentials.database(user, password))
 *         .namespace("notes").database("p2p").space("team-7")
 * }</pre>
 *
 * <p>Many networks share a database, each in a <em>space</em> of its own. A space is open in one process at a time unless it is {@linkplain
 * #shared shared}: opening it elsewhere is refused while its lease is renewed, and waits for the lease to run out otherwise. A process
 * that paused for so long that another took its space over can write nothing more.
 *
 * <p>What is acknowledged was committed by the server, which syncs each commit unless told otherwise. A lost connection is set up again
 * and what was under way is carried out once. Only when the server stays away for longer than the {@linkplain #patience patience} does
 * a call fail; a write that was under way then may or may not have been carried out.
 */
public final class SurrealStorage implements StorageFactory {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** Transactions under way at a time: more hardly help a server, and each costs a row. */
    private static final int LANES = 4;

    private static final Duration MAX_DURATION = Duration.ofMinutes(10);

    private final Settings settings;

    private SurrealStorage(Settings settings) {
        this.settings = settings;
    }

    /** What can be set; copied before it is changed. */
    private static final class Settings implements Cloneable {
        private ServerSource source;
        private Optional<SurrealCredentials> credentials = Optional.empty();
        private String namespace = "peerkit";
        private String database = "peerkit";
        private String space = "default";
        private boolean shared;
        private int sockets = 2;
        private Duration requestTimeout = Duration.ofSeconds(30);
        private Duration patience = Duration.ofSeconds(60);
        private Duration lease = Duration.ofSeconds(10);
        private Optional<SSLContext> tls = Optional.empty();
        private Optional<Path> keyFile;

        Settings(ServerSource source) {
            this.source = source;
            keyFile = source.keyFile();
        }

        Settings copy() {
            try {
                return (Settings) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError("it is Cloneable", e);
            }
        }
    }

    /**
     * Keeps data on a server or a cluster.
     *
     * @param uri {@code ws://host:port} or {@code wss://host:port}, without user and password; {@code /rpc} may be left out
     * @return the store, which needs {@link #credentials}
     * @throws InvalidSettingException when {@code uri} is anything else
     */
    public static SurrealStorage connect(URI uri) {
        return new SurrealStorage(new Settings(new ServerSource.Remote(StorageUrl.rpc(uri))));
    }

    /**
     * Keeps data in a server on this machine that runs while the store is open: {@code surreal start} on loopback, with credentials that
     * are generated and shown to nobody, started again when it dies.
     *
     * @param directory of the server and its data; made when it is not there, and in use by one process at a time
     * @return the store, which needs an executable named {@code surreal} on the {@code PATH} or {@link #executable}
     */
    public static SurrealStorage launch(Path directory) {
        return new SurrealStorage(
                new Settings(new ServerSource.Launched(directory.toAbsolutePath(), Optional.empty())));
    }

    /**
     * Keeps data on a server that the environment describes: for commands. Recognised in the address are the parameters {@code ns}, {@code db},
     * {@code space} and {@code shared}, which is {@code true} or {@code false}.
     *
     * @param url such as {@code wss://db.example.org?ns=notes&db=p2p&space=team-7}; one with user and password is refused, for it
     *     shows in process lists and histories
     * @param environment gives {@code PEERKIT_SURREAL_USER} and {@code PEERKIT_SURREAL_PASS}, {@code PEERKIT_SURREAL_LEVEL} ({@code root}
     *     unless {@code namespace} or {@code database}), or {@code PEERKIT_SURREAL_TOKEN} alone
     * @return the store
     * @throws InvalidSettingException when something is missing or malformed; it shows no secrets
     */
    public static SurrealStorage parse(String url, Map<String, String> environment) {
        StorageUrl parsed = StorageUrl.parse(url);
        SurrealStorage store = connect(parsed.uri()).credentials(StorageUrl.credentials(environment));
        store = parsed.namespace().map(store::namespace).orElse(store);
        store = parsed.database().map(store::database).orElse(store);
        store = parsed.space().map(store::space).orElse(store);
        return parsed.shared() ? store.shared() : store;
    }

    /**
     * Says how to sign in.
     *
     * @param credentials of a user who may read, write and define tables
     * @return a copy with it
     */
    public SurrealStorage credentials(SurrealCredentials credentials) {
        return with(changed -> changed.credentials = Optional.of(credentials));
    }

    /**
     * Says which program {@link #launch} starts.
     *
     * @param file of SurrealDB 3
     * @return a copy with it
     * @throws InvalidSettingException when the store does not start a server
     */
    public SurrealStorage executable(Path file) {
        return with(changed -> changed.source = changed.source.executable(file));
    }

    /**
     * Names the namespace; {@code peerkit} unless said otherwise.
     *
     * @param name 1 to 64 letters, digits, hyphens and underscores
     * @return a copy with it
     */
    public SurrealStorage namespace(String name) {
        checkName("namespace", name);
        return with(changed -> changed.namespace = name);
    }

    /**
     * Names the database; {@code peerkit} unless said otherwise.
     *
     * @param name 1 to 64 letters, digits, hyphens and underscores
     * @return a copy with it
     */
    public SurrealStorage database(String name) {
        checkName("database", name);
        return with(changed -> changed.database = name);
    }

    /**
     * Names the space, one for each network in a database; {@code default} unless said otherwise.
     *
     * @param name 1 to 64 letters, digits, hyphens and underscores
     * @return a copy with it
     */
    public SurrealStorage space(String name) {
        checkName("space", name);
        return with(changed -> changed.space = name);
    }

    /**
     * Lets other processes of the same application have the space open too, all of them shared. Each tells its {@linkplain Storage#watch
     * watcher}, which is the node, what the others write; each needs keys of its own.
     *
     * @return a copy with it
     */
    public SurrealStorage shared() {
        return with(changed -> changed.shared = true);
    }

    /**
     * Sets the number of sockets; 2 unless said otherwise.
     *
     * @param count 1 to {@value SessionLimits#MAX_SOCKETS}
     * @return a copy with it
     */
    public SurrealStorage sockets(int count) {
        if (count < 1 || count > SessionLimits.MAX_SOCKETS) {
            throw new InvalidSettingException("sockets: " + count + ", must be 1 to " + SessionLimits.MAX_SOCKETS);
        }
        return with(changed -> changed.sockets = count);
    }

    /**
     * Sets how long one answer may take before its connection is given up; 30 s unless said otherwise.
     *
     * @param timeout 1 ms to 10 min
     * @return a copy with it
     */
    public SurrealStorage requestTimeout(Duration timeout) {
        checkDuration("request timeout", timeout, Duration.ofMillis(1));
        return with(changed -> changed.requestTimeout = timeout);
    }

    /**
     * Sets how long a call is tried again while the server is away; 60 s unless said otherwise.
     *
     * @param patience 1 ms to 10 min
     * @return a copy with it
     */
    public SurrealStorage patience(Duration patience) {
        checkDuration("patience", patience, Duration.ofMillis(1));
        return with(changed -> changed.patience = patience);
    }

    /**
     * Sets how long the space stays taken when its process dies; 10 s unless said otherwise. A process that pauses for longer may lose
     * the space.
     *
     * @param lease 1 s to 10 min
     * @return a copy with it
     */
    public SurrealStorage lease(Duration lease) {
        checkDuration("lease", lease, Duration.ofSeconds(1));
        return with(changed -> changed.lease = lease);
    }

    /**
     * Sets what {@code wss} trusts; the Java platform's defaults unless said otherwise.
     *
     * @param tls with the trusted certificates
     * @return a copy with it
     */
    public SurrealStorage tls(SSLContext tls) {
        return with(changed -> changed.tls = Optional.of(tls));
    }

    /**
     * Says where the node's keys rest, which are never stored in the database.
     *
     * @param file on this machine
     * @return a copy with it
     */
    public SurrealStorage keyFile(Path file) {
        return with(changed -> changed.keyFile = Optional.of(file.toAbsolutePath()));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Waits for a server that is away, within the {@linkplain #patience patience}, and for the end of a lease that is not renewed.
     *
     * @throws InvalidSettingException when there are no credentials
     */
    @Override
    public Storage open() {
        ServerSource.Server server = settings.source.start();
        SurrealCredentials signIn = server.credentials()
                .or(() -> settings.credentials)
                .orElseThrow(() -> new InvalidSettingException("credentials are missing: call credentials(…)"));
        HttpClient.Builder client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(settings.requestTimeout);
        settings.tls.ifPresent(client::sslContext);
        WebSocketSession session = WebSocketSession.start(
                client.build(),
                server.uri(),
                new Greeting(
                        signIn.signIn(settings.namespace, settings.database), settings.namespace, settings.database),
                new SessionLimits(settings.sockets, settings.requestTimeout, settings.patience));
        return SurrealStore.open(
                session,
                new StoreSettings(
                        settings.space, setUp(signIn), settings.shared, settings.lease, LANES, IndexLimits.DEFAULT),
                server.stop());
    }

    /** Who may define namespace and database does; others find them there. */
    private String setUp(SurrealCredentials signIn) {
        String defineNamespace = "DEFINE NAMESPACE IF NOT EXISTS `" + settings.namespace + "`;\n";
        String defineDatabase = "DEFINE DATABASE IF NOT EXISTS `" + settings.database + "`;\n";
        return signIn.isRoot() ? defineNamespace + defineDatabase : signIn.isNamespace() ? defineDatabase : "";
    }

    /** {@inheritDoc} A server has none: without {@link #keyFile(Path)} the application has to say where keys rest. */
    @Override
    public Optional<Path> keyFile() {
        return settings.keyFile;
    }

    /** The space, without credentials. */
    @Override
    public String toString() {
        return "SurrealStorage[" + settings.namespace + "/" + settings.database + "/" + settings.space + "]";
    }

    private SurrealStorage with(Consumer<Settings> change) {
        Settings changed = settings.copy();
        change.accept(changed);
        return new SurrealStorage(changed);
    }

    private static void checkName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidSettingException(what + " must be 1 to 64 letters, digits, hyphens and underscores, has "
                    + name.length() + " characters");
        }
    }

    private static void checkDuration(String what, Duration value, Duration min) {
        if (value.compareTo(min) < 0 || value.compareTo(MAX_DURATION) > 0) {
            throw new InvalidSettingException(what + ": " + value + ", must be " + min + " to " + MAX_DURATION);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidSettingException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses and settings, before any server is asked. */
class StorageUrlTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PEERKIT_SURREAL_USER", "u", "PEERKIT_SURREAL_PASS", "pass-66c1");

    @Test
    void parse_address_itsParts() {
        StorageUrl url = StorageUrl.parse("wss://db.example.org:8000?ns=notes&db=p2p&space=team-7&shared=true");

        assertThat(url.uri()).isEqualTo(URI.create("wss://db.example.org:8000/rpc"));
        assertThat(url.namespace()).hasValue("notes");
        assertThat(url.database()).hasValue("p2p");
        assertThat(url.space()).hasValue("team-7");
        assertThat(url.shared()).isTrue();
        assertThat(StorageUrl.parse("ws://h?shared=false").shared()).isFalse();
        assertThat(StorageUrl.parse("ws://h").shared()).isFalse();
        assertThat(StorageUrl.parse("ws://[::1]/rpc").uri()).isEqualTo(URI.create("ws://[::1]/rpc"));
        assertThat(SurrealStorage.parse("ws://h?space=x", ENVIRONMENT))
                .hasToString("SurrealStorage[peerkit/peerkit/x]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ws://root:pass-66c1@host",
                "ws://pass-66c1@host",
                "http://host",
                "host:8000",
                "",
                "ws:///x",
                "ws://host/other",
                "ws://host?pass=pass-66c1",
                "ws://host?ns",
                "ws://root:pass-66c1@ho st",
                "ws://host?space=a%20b",
                "ws://host?shared=yes",
                "ws://host?shared"
            })
    void parse_otherAddress_refusedWithoutRepeatingIt(String url) {
        assertThatThrownBy(() -> SurrealStorage.parse(url, ENVIRONMENT))
                .isInstanceOf(InvalidSettingException.class)
                .message()
                .doesNotContain("pass-66c1");
    }

    @Test
    void parse_environment_credentialsOrWhatIsMissing() {
        assertThat(StorageUrl.credentials(ENVIRONMENT)).hasToString("SurrealCredentials[ROOT]");
        assertThat(StorageUrl.credentials(Map.of("PEERKIT_SURREAL_TOKEN", "t")))
                .hasToString("SurrealCredentials[TOKEN]");
        for (Map<String, String> bad : java.util.List.of(
                Map.<String, String>of(),
                Map.of("PEERKIT_SURREAL_USER", "u"),
                Map.of(
                        "PEERKIT_SURREAL_USER",
                        "u",
                        "PEERKIT_SURREAL_PASS",
                        "pass-66c1",
                        "PEERKIT_SURREAL_LEVEL",
                        "x"))) {
            assertThatThrownBy(() -> StorageUrl.credentials(bad))
                    .isInstanceOf(InvalidSettingException.class)
                    .message()
                    .doesNotContain("pass-66c1");
        }
    }

    @Test
    void settings_bounds_keptInPairs() {
        SurrealStorage store = SurrealStorage.connect(URI.create("ws://host"));

        assertThat(store.sockets(1).sockets(4).space("a".repeat(64)).lease(Duration.ofSeconds(1)))
                .isNotSameAs(store);
        assertThatThrownBy(() -> store.sockets(0)).isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> store.sockets(5)).isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> store.space("a".repeat(65))).isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> store.namespace("`;")).isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> store.lease(Duration.ofMillis(999))).isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> store.lease(Duration.ofMinutes(10).plusNanos(1)))
                .isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> store.executable(Path.of("surreal"))).isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(store::open)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("credentials are missing");
        assertThat(store.keyFile()).isEmpty();
        assertThat(store.keyFile(Path.of("/k")).keyFile()).hasValue(Path.of("/k"));
    }

    @Test
    void toString_everythingThatHoldsCredentials_withoutThem() {
        SurrealCredentials credentials = SurrealCredentials.database("user-1", "pass-66c1");

        assertThat(credentials.toString()).doesNotContain("pass-66c1", "user-1");
        assertThat(credentials.signIn("n", "d").toString()).doesNotContain("pass-66c1", "user-1");
        assertThat(SurrealStorage.connect(URI.create("ws://host"))
                        .credentials(credentials)
                        .toString())
                .doesNotContain("pass-66c1");
        assertThatThrownBy(() -> SurrealCredentials.token("x".repeat(16_385)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("16385");
    }
}

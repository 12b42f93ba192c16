// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.StorageException;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKeyStoreTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("keys");
    }

    @Test
    void at_nothingUsed_makesNoFile() {
        assertThat(FileKeyStore.at(file)).isNotNull();
        assertThat(file).doesNotExist();
    }

    @Test
    void seed_firstUse_makesPrivateFileAndNothingElse() throws IOException {
        byte[] seed = FileKeyStore.at(file).transportSeed();
        assertThat(seed).hasSize(KeyStore.SECRET_BYTES);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(names()).containsExactly("keys");
    }

    @Test
    void seed_openedAgain_sameSeedsAndSameFile() throws IOException {
        KeyStore first = FileKeyStore.at(file);
        byte[] content = contentAfter(first.transportSeed());
        KeyStore second = FileKeyStore.at(file);
        assertThat(second.transportSeed()).isEqualTo(first.transportSeed());
        assertThat(second.seed("agent")).isEqualTo(first.seed("agent"));
        assertThat(LocalAgent.open(second).id())
                .isEqualTo(LocalAgent.open(first).id());
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void seed_eachName_another() {
        KeyStore store = FileKeyStore.at(file);
        assertThat(store.seed("agent")).isNotEqualTo(store.transportSeed());
        assertThat(store.seed("transport")).isEqualTo(store.transportSeed());
        assertThat(FileKeyStore.at(folder.resolve("other")).transportSeed()).isNotEqualTo(store.transportSeed());
    }

    @Test
    void seed_openToGroupOrOthers_refusedWithRemedy() throws IOException {
        byte[] content = contentAfter(FileKeyStore.at(file).transportSeed());
        for (String mode : List.of("rw-r-----", "rw--w----", "rw---x---", "rw----r--", "rw-----w-", "rw------x")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            assertThatThrownBy(() -> FileKeyStore.at(file).transportSeed())
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining(mode)
                    .hasMessageContaining("chmod 600");
        }
        for (String mode : List.of("rw-------", "r--------", "rwx------")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            assertThat(FileKeyStore.at(file).transportSeed()).hasSize(32);
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void seed_truncatedFile_refusedAndLeftAsItIs() throws IOException {
        byte[] content = contentAfter(FileKeyStore.at(file).transportSeed());
        for (int length = 0; length < content.length; length++) {
            byte[] cut = Arrays.copyOf(content, length);
            Files.write(file, cut);
            assertThatThrownBy(() -> FileKeyStore.at(file).transportSeed())
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("key file " + file + " is damaged")
                    .hasMessageContaining("never replaced");
            assertThat(Files.readAllBytes(file)).isEqualTo(cut);
        }
    }

    @Test
    void seed_fileLongerThanBound_refused() throws IOException {
        contentAfter(FileKeyStore.at(file).transportSeed());
        Files.write(file, new byte[4_096]);
        assertThatThrownBy(() -> FileKeyStore.at(file).transportSeed())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("is damaged");
        Files.write(file, new byte[4_097]);
        assertThatThrownBy(() -> FileKeyStore.at(file).transportSeed())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("longer than 4096 bytes");
    }

    @Test
    void seed_noFolderOrAFolderInPlace_refused() throws IOException {
        Path nowhere = folder.resolve("missing").resolve("keys");
        assertThatThrownBy(() -> FileKeyStore.at(nowhere).transportSeed())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("there is no folder " + nowhere.getParent());
        Files.createDirectory(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        assertThatThrownBy(() -> FileKeyStore.at(file).transportSeed())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void seed_brokenLinkInPlace_refusedAndLeftAsItIs() throws IOException {
        Files.createSymbolicLink(file, folder.resolve("gone"));
        assertThatThrownBy(() -> FileKeyStore.at(file).transportSeed())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("broken link");
        assertThat(names()).containsExactly("keys");
    }

    @Test
    void seed_manyStoresMakeTheFileAtOnce_allHaveOneKey() throws Exception {
        for (int round = 0; round < 20; round++) {
            Path contested = folder.resolve("keys-" + round);
            int stores = 8;
            CountDownLatch together = new CountDownLatch(stores);
            Set<String> seeds = ConcurrentHashMap.newKeySet();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < stores; i++) {
                Thread thread = new Thread(() -> {
                    KeyStore store = FileKeyStore.at(contested);
                    together.countDown();
                    try {
                        together.await();
                        seeds.add(HexFormat.of().formatHex(store.transportSeed()));
                    } catch (InterruptedException | RuntimeException e) {
                        seeds.add(e.toString());
                    }
                });
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(seeds)
                    .containsExactly(
                            HexFormat.of().formatHex(FileKeyStore.at(contested).transportSeed()));
        }
        assertThat(names()).hasSize(20);
    }

    @Test
    void passphrase_right_opensAgain() throws IOException {
        byte[] seed = FileKeyStore.at(file, chars("geheim \u00e9\ud83d\udd11")).transportSeed();
        assertThat(FileKeyStore.at(file, chars("geheim \u00e9\ud83d\udd11")).transportSeed())
                .isEqualTo(seed);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void passphrase_wrongMissingOrSuperfluous_eachSaidClearly() {
        KeyStore store = FileKeyStore.at(file, chars("right"));
        byte[] seed = store.transportSeed();
        assertThatThrownBy(() -> FileKeyStore.at(file, chars("wrong")).transportSeed())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("passphrase does not open key file " + file);
        assertThatThrownBy(() -> FileKeyStore.at(file).transportSeed())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("passphrase is missing: key file " + file + " is sealed by one");
        assertThat(store.transportSeed()).isEqualTo(seed);
        Path plain = folder.resolve("plain");
        assertThat(FileKeyStore.at(plain).transportSeed()).hasSize(32);
        assertThatThrownBy(() -> FileKeyStore.at(plain, chars("right")).transportSeed())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("passphrase was given, but key file " + plain + " is not sealed by one");
    }

    @Test
    void passphrase_lengthBounds_inPairs() {
        assertThat(FileKeyStore.at(file, new char[1])).isNotNull();
        assertThat(FileKeyStore.at(file, new char[1_024])).isNotNull();
        for (int wrong : new int[] {0, 1_025}) {
            assertThatThrownBy(() -> FileKeyStore.at(file, new char[wrong]))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessage("passphrase of " + wrong + " characters, must have 1 to 1024");
        }
        assertThatThrownBy(() -> FileKeyStore.at(file, new char[] {'a', '\ud83d'}))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("surrogate");
    }

    @Test
    void passphrase_arrayWipedByCaller_storeStillOpens() {
        char[] passphrase = chars("wiped");
        KeyStore store = FileKeyStore.at(file, passphrase);
        Arrays.fill(passphrase, ' ');
        byte[] seed = store.transportSeed();
        assertThat(FileKeyStore.at(file, chars("wiped")).transportSeed()).isEqualTo(seed);
    }

    @Test
    void seal_unsealedFile_sealedInPlaceAndTheSecretNowhereBeside() throws IOException {
        KeyStore first = FileKeyStore.at(file);
        byte[] seed = first.transportSeed();
        byte[] secret = first.secret();
        Files.write(folder.resolve(".keys.1e5f.new"), secret);
        Path other = Files.createLink(folder.resolve("other-name"), file);

        FileKeyStore.at(file).seal(chars("pass"));

        assertThat(FileKeyStore.at(file, chars("pass")).transportSeed()).isEqualTo(seed);
        assertThatThrownBy(() -> FileKeyStore.at(file).transportSeed())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("sealed by one");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(names()).containsExactlyInAnyOrder("keys", "other-name");
        assertThat(HexFormat.of().formatHex(Files.readAllBytes(file)))
                .doesNotContain(HexFormat.of().formatHex(secret));
        assertThat(Files.readAllBytes(other)).containsOnly(0);
    }

    @Test
    void seal_thenAgain_onlyTheLastOpens() {
        byte[] seed = FileKeyStore.at(file, chars("old")).transportSeed();
        FileKeyStore store = FileKeyStore.at(file, chars("old"));
        store.seal(chars("new"));
        assertThat(FileKeyStore.at(file, chars("new")).transportSeed()).isEqualTo(seed);
        store.seal(new byte[32]);
        assertThat(store.transportSeed()).isEqualTo(seed);
        assertThat(FileKeyStore.at(file, new byte[32]).transportSeed()).isEqualTo(seed);
        assertThatThrownBy(() -> FileKeyStore.at(file, chars("new")).transportSeed())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("passphrase was given, but key file " + file + " is sealed by a key");
    }

    @Test
    void unseal_sealedFile_opensWithoutPassphrase() throws IOException {
        byte[] seed = FileKeyStore.at(file, chars("pass")).transportSeed();
        assertThatThrownBy(() -> FileKeyStore.at(file, chars("wrong")).unseal())
                .isInstanceOf(InvalidSettingException.class);
        FileKeyStore.at(file, chars("pass")).unseal();
        assertThat(FileKeyStore.at(file).transportSeed()).isEqualTo(seed);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThatThrownBy(() -> FileKeyStore.at(file, chars("pass")).transportSeed())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("passphrase was given, but key file " + file + " is not sealed by one");
    }

    @Test
    void seal_wrongPassphrase_fileLeftAsItIs() throws IOException {
        byte[] content = contentAfter(FileKeyStore.at(file, chars("right")).transportSeed());
        assertThatThrownBy(() -> FileKeyStore.at(file, chars("wrong")).seal(chars("new")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("passphrase does not open key file " + file);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
        assertThat(names()).containsExactly("keys");
    }

    @Test
    void seal_fileReplacedSinceItWasOpened_refusedAndLeftAsItIs() throws IOException {
        FileKeyStore store = FileKeyStore.at(file);
        byte[] seed = store.transportSeed();
        Files.delete(file);
        byte[] other = contentAfter(FileKeyStore.at(file).transportSeed());
        assertThatThrownBy(() -> store.seal(chars("pass")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("is not what it was");
        assertThat(Files.readAllBytes(file)).isEqualTo(other);
        Files.delete(file);
        assertThatThrownBy(() -> store.seal(chars("pass")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("cannot be replaced");
        assertThat(store.transportSeed()).isEqualTo(seed);
    }

    @Test
    void seal_noFileYet_madeSealed() {
        FileKeyStore store = FileKeyStore.at(file);
        store.seal(new byte[32]);
        assertThat(FileKeyStore.at(file, new byte[32]).transportSeed()).isEqualTo(store.transportSeed());
    }

    @Test
    void seal_fileBehindALink_replacedWhereItLies() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        byte[] seed = FileKeyStore.at(file).transportSeed();
        FileKeyStore.at(link).seal(new byte[32]);
        assertThat(link).isSymbolicLink();
        assertThat(FileKeyStore.at(file, new byte[32]).transportSeed()).isEqualTo(seed);
    }

    @Test
    void key_wrongOrOfAnotherLength_eachSaidClearly() {
        assertThat(FileKeyStore.at(file, new byte[32]).transportSeed()).hasSize(32);
        byte[] wrong = new byte[32];
        wrong[0] = 1;
        assertThatThrownBy(() -> FileKeyStore.at(file, wrong).transportSeed())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("key does not open key file " + file);
        for (int length : new int[] {31, 33}) {
            assertThatThrownBy(() -> FileKeyStore.at(file, new byte[length]))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessage("key of " + length + " bytes, must be 32");
        }
    }

    /** A zip file system has neither POSIX permissions nor hard links, as FAT has neither. */
    @Test
    void seed_fileSystemWithoutPermissionsAndLinks_madeOnceAndReadAgain() throws IOException {
        Path zip = folder.resolve("fs.zip");
        byte[] seed;
        try (FileSystem plain = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Path inside = plain.getPath("/keys");
            seed = FileKeyStore.at(inside).transportSeed();
            assertThat(FileKeyStore.at(inside).transportSeed()).isEqualTo(seed);
            try (Stream<Path> all = Files.list(plain.getPath("/"))) {
                assertThat(all).containsExactly(inside);
            }
        }
        try (FileSystem plain = FileSystems.newFileSystem(zip)) {
            assertThat(FileKeyStore.at(plain.getPath("/keys")).transportSeed()).isEqualTo(seed);
        }
    }

    @Test
    void inMemory_secretLength_only32() {
        assertThat(KeyStore.inMemory(new byte[32]).transportSeed())
                .isEqualTo(KeyStore.inMemory(new byte[32]).transportSeed());
        assertThat(KeyStore.inMemory().transportSeed())
                .isNotEqualTo(KeyStore.inMemory().transportSeed());
        for (int wrong : new int[] {31, 33}) {
            assertThatThrownBy(() -> KeyStore.inMemory(new byte[wrong]))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessage("secret of " + wrong + " bytes, must be 32");
        }
    }

    private byte[] contentAfter(byte[] seed) throws IOException {
        assertThat(seed).hasSize(32);
        return Files.readAllBytes(file);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static char[] chars(String text) {
        return text.toCharArray();
    }
}

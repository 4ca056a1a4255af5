// Hashes as Spring Security's encoders write them, by the functions they call: the JDK's PBKDF2,
// BouncyCastle's scrypt and argon2, and jBCrypt, of which Spring's BCrypt is a copy. The parameters
// are those of PasswordEncoderFactories. Debian 12: apt-get install default-jdk-headless
// libbcprov-java libjbcrypt-java
//
//     java -cp "/usr/share/java/*" SpringForms.java > spring.jsonl

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.mindrot.jbcrypt.BCrypt;

public class SpringForms {
  static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  static byte[] salt(int length) {
    byte[] salt = new byte[length];
    for (int i = 0; i < length; i++) salt[i] = (byte) (i * 37 + length);
    return salt;
  }

  static byte[] concat(byte[] one, byte[] other) {
    byte[] both = new byte[one.length + other.length];
    System.arraycopy(one, 0, both, 0, one.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  static byte[] pbkdf2(String name, String password, String secret, int saltLength, int iterations)
      throws Exception {
    byte[] salt = salt(saltLength);
    byte[] seasoned = concat(salt, secret.getBytes(StandardCharsets.UTF_8));
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), seasoned, iterations, 256);
    return concat(salt, SecretKeyFactory.getInstance(name).generateSecret(spec).getEncoded());
  }

  static String scrypt(String password, int cost, int memory, int parallel, int saltLength) {
    byte[] salt = salt(saltLength);
    byte[] raw = password.getBytes(StandardCharsets.UTF_8);
    byte[] derived = SCrypt.generate(raw, salt, cost, memory, parallel, 32);
    int log = Integer.numberOfTrailingZeros(cost);
    String params = Long.toString(((long) log << 16) | memory << 8 | parallel, 16);
    Base64.Encoder base64 = Base64.getEncoder();
    return "$" + params + "$" + base64.encodeToString(salt) + "$" + base64.encodeToString(derived);
  }

  static String argon2(String password, int memory, int iterations) {
    byte[] salt = salt(16);
    byte[] hash = new byte[32];
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id).withSalt(salt)
        .withParallelism(1).withMemoryAsKB(memory).withIterations(iterations).build());
    generator.generateBytes(password.toCharArray(), hash);
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=" + memory + ",t=" + iterations + ",p=1$"
        + base64.encodeToString(salt) + "$" + base64.encodeToString(hash);
  }

  static void tell(String form, String password, String stored, String secret) {
    String pepper = secret.isEmpty() ? "null" : "\"" + secret + "\"";
    OUT.println("{\"form\":\"spring " + form + "\",\"password\":\"" + password
        + "\",\"stored\":\"" + stored + "\",\"pepper\":" + pepper + "}");
  }

  public static void main(String[] args) throws Exception {
    String longOne = "a long way to the seventy-second byte, and then some more of it: ".repeat(2);
    HexFormat hex = HexFormat.of();
    for (String password : new String[] {"river stones 1843", "пароль из кириллицы 🐎", longOne}) {
      String bcrypt = BCrypt.hashpw(password, BCrypt.gensalt(6));
      tell("bcrypt", password, "{bcrypt}" + bcrypt, "");
      tell("bcrypt without a prefix", password, bcrypt, "");
      for (String secret : new String[] {"", "a secret of the application"}) {
        byte[] old = pbkdf2("PBKDF2WithHmacSHA1", password, secret, 8, 185000);
        byte[] recent = pbkdf2("PBKDF2WithHmacSHA256", password, secret, 16, 310000);
        tell("pbkdf2", password, "{pbkdf2}" + hex.formatHex(old), secret);
        String id = "{pbkdf2@SpringSecurity_v5_8}";
        tell("pbkdf2 of 5.8", password, id + hex.formatHex(recent), secret);
        String text = Base64.getEncoder().encodeToString(recent);
        tell("pbkdf2 of 5.8 in base64", password, id + text, secret);
      }
      tell("scrypt", password, "{scrypt}" + scrypt(password, 16384, 8, 1, 64), "");
      String id = "{scrypt@SpringSecurity_v5_8}";
      tell("scrypt of 5.8", password, id + scrypt(password, 65536, 8, 1, 16), "");
      tell("argon2", password, "{argon2}" + argon2(password, 4096, 3), "");
      tell("argon2 of 5.8", password, "{argon2@SpringSecurity_v5_8}" + argon2(password, 16384, 2), "");
    }
  }
}

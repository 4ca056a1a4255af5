# Hashes as Devise writes them. Debian 12: apt-get install ruby-devise ruby-bcrypt
#
#     ruby devise.rb > devise.jsonl

require "json"
require "bcrypt"
require "active_support/core_ext/object/blank"
require "devise/encryptor"

Model = Struct.new(:stretches, :pepper)
LONG = "a long way to the seventy-second byte, and then some more of it: " * 2
PASSWORDS = ["river stones 1843", "пароль из кириллицы 🐎", LONG]

{ "devise" => nil, "devise with a pepper" => "7d0f5a3c1b" * 6 }.each do |form, pepper|
  PASSWORDS.each do |password|
    stored = Devise::Encryptor.digest(Model.new(6, pepper), password)
    puts JSON.generate(form: form, password: password, stored: stored, pepper: pepper)
  end
end

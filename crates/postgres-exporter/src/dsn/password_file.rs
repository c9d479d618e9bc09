//! A file that holds a password, read again when it changes.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use settings::Secret;
use settings::secret::Unreadable;

/// The file and what it held when it was last changed.
#[derive(Clone, Debug)]
pub struct PasswordFile {
    path: PathBuf,
    read: Rc<RefCell<Option<Known>>>,
}

/// When the file was changed, and what it held then.
type Known = (Option<SystemTime>, Secret);

impl PasswordFile {
    /// Reads the file. Fails where it cannot be read; warns where others may read it.
    pub fn new(path: &Path) -> Result<Self, Unreadable> {
        let file = Self {
            path: path.to_owned(),
            read: Rc::default(),
        };
        file.password()?;
        Ok(file)
    }

    /// What the file holds now, without white space around it.
    pub fn password(&self) -> Result<Secret, Unreadable> {
        let changed = std::fs::metadata(&self.path)
            .and_then(|about| about.modified())
            .ok();
        if let Some((known, secret)) = self.read.borrow().as_ref()
            && *known == changed
        {
            return Ok(secret.clone());
        }
        let secret = Secret::new(Secret::from_file(&self.path)?.expose().trim().to_owned());
        *self.read.borrow_mut() = Some((changed, secret.clone()));
        Ok(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_password_is_used() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("password");
        assert!(PasswordFile::new(&path).is_err());
        std::fs::write(&path, "first\n").expect("written");
        let file = PasswordFile::new(&path).expect("readable");
        assert_eq!(file.password().expect("readable").expose(), "first");
        std::fs::write(&path, "second\n").expect("written");
        let later = SystemTime::now() + std::time::Duration::from_secs(60);
        let touched = std::fs::File::open(&path).and_then(|file| file.set_modified(later));
        touched.expect("touched");
        assert_eq!(file.password().expect("readable").expose(), "second");
    }
}
